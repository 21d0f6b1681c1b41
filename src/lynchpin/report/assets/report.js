"use strict";
(() => {
  const read = (key) => JSON.parse(document.getElementById(key).textContent);
  const drawn = [];
  const fit = () => drawn.forEach((place) => Plotly.Plots.resize(place));
  for (const [key, figure] of Object.entries(read("figures"))) {
    const place = document.getElementById("figure-" + key);
    if (place) {
      Plotly.newPlot(place, figure.data, figure.layout, { displayModeBar: false });
      drawn.push(place);
    }
  }
  const watch = new ResizeObserver(fit);
  drawn.forEach((place) => watch.observe(place));
  addEventListener("beforeprint", fit);
  addEventListener("afterprint", fit);

  if (!document.getElementById("columns")) return;
  const sheet = read("columns");
  const model = document.getElementById("choose-model");
  const market = document.getElementById("choose-market");
  const body = document.getElementById("profit-lines");
  const whole = "all";
  const write = (amount, digits) => {
    const text = amount.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return (/[1-9]/.test(text) ? text : text.replace("-", "")).replace("-", "\u2212");
  };
  const options = (select, values, words) => {
    const before = select.value;
    select.replaceChildren(new Option(words, whole), ...values.map((value) => new Option(value, "=" + value)));
    if ([...select.options].some((option) => option.value === before)) select.value = before;
  };
  const chosen = (select, value) => select.value === whole || select.value === "=" + value;
  const unique = (values) => [...new Set(values)];
  const show = () => {
    options(market, unique(sheet.columns.filter((one) => chosen(model, one.model)).map((one) => one.market)), "All markets");
    const mine = sheet.columns.filter((one) => chosen(model, one.model) && chosen(market, one.market));
    const cars = mine.reduce((sum, one) => sum + one.vehicles, 0);
    document.getElementById("profit-cars").textContent =
      write(cars, 0) + " cars over the horizon, discounted as money is, so that a car's figures are those of an average year.";
    body.replaceChildren(...sheet.lines.map(([words, kind], row) => {
      const money = mine.reduce((sum, one) => sum + one.money[row], 0);
      const line = document.createElement("tr");
      if (kind !== "line" && kind !== "tax" && kind !== "dealer" && kind !== "price") line.className = "sum";
      for (const [text, name] of [[words, ""], [cars > 0 ? write(money / cars, 0) : "", "number"], [write(money / 1e6, 2), "number"]]) {
        const cell = line.insertCell();
        cell.textContent = text;
        cell.className = name + (name && kind === "after" && money < 0 ? " minus" : "");
      }
      return line;
    }));
  };
  options(model, unique(sheet.columns.map((one) => one.model)), "All models");
  model.addEventListener("change", show);
  market.addEventListener("change", show);
  show();
})();
