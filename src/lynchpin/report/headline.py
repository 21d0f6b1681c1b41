"""What a board reads first: one sentence, gains, signatures, investment and what overturns the plan."""

from shlex import quote

from lynchpin.plan.plan import Plan
from lynchpin.report.html import Html, join, table, tag
from lynchpin.report.measures import (
    ALONE,
    Worth,
    gains,
    overturns,
    peak,
    signatures,
    slack_of_what_ifs,
    worth,
)
from lynchpin.report.style import digits_of, unit_of
from lynchpin.report.trust import assumed_share
from lynchpin.report.words import Names, money, number, share, span

MOST_SIGNED, MOST_OVERTURNED = 7, 6
DEEDS = {
    "development": "Develop {item}",
    "plant_tooling": "Tool {site} for {item}",
    "engineering": "Engineer {item}",
    "supplier_tooling": "Nominate {site} for {item}",
    "platform": "Develop platform {item}",
    "opening": "Open {item}",
}
ITEMS = {
    "development": "programme",
    "plant_tooling": "programme",
    "engineering": "variant",
    "supplier_tooling": "variant",
    "platform": "platform",
    "opening": "site",
}


def sentence(plan: Plan) -> Html:
    """Return what sharing is worth, in one sentence, and below it how well that is known."""
    found = worth(plan)
    if found is None:
        return _without_reference(plan)
    currency = plan.study.settings.currency
    nothing = round(abs(found.money)) == 0
    verb = "is worth" if found.money >= 0 or nothing else "costs"
    main = [f"Sharing {verb} ", tag("b", "nothing" if nothing else money(abs(found.money), currency))]
    main.append(" to the alliance against each partner’s best plan alone")
    if found.per_car is not None and not nothing:
        main += [": ", tag("b", money(abs(found.per_car), currency)), " for every electric car"]
    main.append(f", {span(plan)}.")
    return join([tag("p", *main, class_="headline"), tag("p", *_known(plan, found), class_="proof")])


def _known(plan: Plan, found: Worth) -> list[object]:
    """Return how well the worth of sharing is known, in sentences."""
    currency = plan.study.settings.currency
    words: list[object] = ["Present value"]
    if found.of_revenue is not None:
        words.append(f", {share(found.of_revenue, 1)} of the revenue of cars with shareable parts")
    words.append(". ")
    if found.low is not None and found.high is not None:
        words.append(
            f"Proven to lie between {money(found.low, currency)} and {money(found.high, currency)}"
            f" (gaps {_gap(plan)} together and {_gap(plan.references[ALONE])} alone). "
        )
    else:
        words.append("How far it could be off is not proven. ")
    words += ["In the plan’s ledger, ", tag("b", share(found.assumed))]
    words.append(" of the money rests on assumed figures.")
    return words


def _gap(plan: Plan) -> str:
    """Return the proven gap of a plan."""
    return "not known" if plan.gap is None else share(plan.gap, 2)


def _without_reference(plan: Plan) -> Html:
    """Return what the plan is worth where it has nothing to be compared with."""
    currency = plan.study.settings.currency
    what = "costs" if plan.info.objective_kind == "cost" else "contributes"
    scope = "as it is today" if plan.info.as_is else f"with sharing by {plan.info.sharing}"
    worth_of_plan = tag("b", money(plan.objective, currency))
    main = tag("p", f"The plan {what} ", worth_of_plan, f" {scope}, {span(plan)}.", class_="headline")
    rest = (
        f"Present value; proven gap {_gap(plan)}. In the plan’s ledger, {share(assumed_share(plan))} of the "
        "money rests on assumed figures. What sharing is worth is not known: each partner’s best plan alone "
        "was not made. "
    )
    return join(
        [
            main,
            tag("p", rest, tag("code", "lynchpin plan STUDY -o PLAN"), " makes it too.", class_="proof"),
        ]
    )


def gaining(plan: Plan) -> Html:
    """Return what each partner has alone and together, and who loses by sharing before any transfer."""
    table_of_gains, names = gains(plan), Names.of(plan)
    if table_of_gains.get_column("gain").null_count():
        return tag("p", "Money of each partner in this plan; alone they were not planned.", class_="small")
    currency = plan.study.settings.currency
    rows = [
        (names("partner", partner), *(number(one / 1e6, 1) for one in (alone, together, gain)))
        for partner, together, alone, gain in table_of_gains.select(
            "partner", "together", "alone", "gain"
        ).iter_rows()
    ]
    heads = (f"Million {currency}", "Alone", "Together", "Gain")
    return join([table(heads, rows, numbers=[1, 2, 3]), _losing(plan)])


def _losing(plan: Plan) -> Html:
    """Return who loses by sharing in a sentence."""
    table_of_gains, names = gains(plan), Names.of(plan)
    currency = plan.study.settings.currency
    losers = table_of_gains.filter(table_of_gains.get_column("gain") < -0.5)
    if losers.is_empty():
        return tag("p", "No partner loses, before any transfer.", class_="small")
    said = [
        f"{names('partner', partner)} {money(gain, currency)}"
        for partner, gain in losers.select("partner", "gain").iter_rows()
    ]
    words = (
        "would need a transfer to gain from it" if len(said) == 1 else "would need transfers to gain from it"
    )
    return tag("p", tag("b", ", ".join(said), class_="loss"), f": {words}.", class_="small")


def signing(plan: Plan) -> Html:
    """Return what must be paid for in the first period, the largest first."""
    due, names = signatures(plan), Names.of(plan)
    currency, first = plan.study.settings.currency, plan.study.periods.labels[0]
    if due.is_empty():
        return tag("p", f"Nothing new has to be paid for in {first}.")
    total = float(due.get_column("money").sum())
    divisor, unit = unit_of(total)
    digits = digits_of(total / divisor)
    rows = [
        (_deed(names, kind, item, site), _partners(names, partner), number(amount / divisor, digits))
        for kind, item, site, partner, amount in due.head(MOST_SIGNED).iter_rows()
    ]
    left = due.slice(MOST_SIGNED)
    if not left.is_empty():
        rest = float(left.get_column("money").sum())
        rows.append((f"{left.height} more", "", number(rest / divisor, digits)))
    rows.append((f"All of {first}", "", number(total / divisor, digits)))
    cash = f"{unit} {currency}".strip()
    return table(("What", "Who pays", f"Cash, {cash}"), rows, numbers=[2], total=True)


def _partners(names: Names, partners: str) -> str:
    """Return the names of partners that a text lists."""
    return ", ".join(names("partner", partner) for partner in partners.split(", "))


def _deed(names: Names, kind: str, item: str, site: str | None) -> str:
    """Return an investment in words."""
    pattern = DEEDS.get(kind, kind + " {item}")
    site_name, item_name = names("site", site), names(ITEMS.get(kind, ""), item)
    return pattern.replace("{site}", site_name, 1).replace("{item}", item_name, 1)


def investing(plan: Plan) -> Html:
    """Return the sum of all investment and the period in which most is paid."""
    currency = plan.study.settings.currency
    total = float(plan.tables["investment"].get_column("money").sum())
    if total <= 0:
        return tag("p", "The plan needs no new investment.")
    period, most = peak(plan)
    words = [
        "Cash, not discounted: ",
        tag("b", money(total, currency)),
        f" in all; {money(most, currency)} of it in {period}, the peak.",
    ]
    return tag("p", *words)


def overturning(plan: Plan) -> Html:
    """Return what other scenarios, really planned again, change; or how to plan them."""
    found = overturns(plan)
    if found.is_empty():
        return _how_to_ask(plan)
    currency = plan.study.settings.currency
    largest = found.sort("signed", "switched", "scenario", descending=[True, True, False])
    rows = [
        (tag("b", name), money(change, currency, sign=True), number(signed), number(switched))
        for _, name, change, signed, switched, _ in largest.head(MOST_OVERTURNED).iter_rows()
    ]
    heads = ("If", "Plan gains or loses", "Signed now, unwanted then", "Decisions that switch")
    first = largest.filter(largest.get_column("switched") > 0).head(1)
    words = [
        tag("p", f"{name}: {examples} …", class_="small")
        for name, examples in first.select("name", "examples").iter_rows()
    ]
    return join([table(heads, rows, numbers=[1, 2, 3]), *words, _gaps(plan)])


def _gaps(plan: Plan) -> Html:
    """Return how large a change must be to be more than what the proven gaps leave open."""
    left = slack_of_what_ifs(plan)
    if left is None:
        return tag("p", "How far these plans could be off is not proven.", class_="small")
    words = f"Changes of less than {money(left, plan.study.settings.currency)} may be due to the proven gaps."
    return tag("p", words, class_="small")


def _how_to_ask(plan: Plan) -> Html:
    """Return how to plan the study's scenarios too."""
    scenarios = list(plan.study.table("scenarios").get_column("scenario"))
    first = scenarios[0] if scenarios else "NAME"
    names = Names.of(plan)
    listed = tag("ul", *(tag("li", names("scenario", scenario)) for scenario in scenarios))
    words = "The study has these:" if scenarios else "The study has none yet (tables scenarios and changes)."
    return join(
        [
            tag("p", "Not known: no other scenario was planned. ", words),
            listed if scenarios else "",
            tag(
                "p",
                "Ask with ",
                tag("code", f"lynchpin plan STUDY -o PLAN --what-if {quote(first)}"),
                class_="small",
            ),
        ]
    )


def facts(plan: Plan) -> Html:
    """Return what the plan is of, in a line."""
    info = plan.info
    scope = "today’s structure" if info.as_is else f"sharing by {info.sharing}"
    scenario = f", scenario {info.scenario}" if info.scenario else ""
    state = "verified" if info.verified else "NOT verified"
    return tag("p", f"{info.study}: {scope}{scenario}; {info.status}, {state}; planned {info.started[:10]}")
