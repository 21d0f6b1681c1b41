"""Small pieces of HTML; every text is escaped here and nowhere else."""

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, cast


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(content: object) -> Html:
    """Return content as HTML: escaped unless it is HTML already."""
    return content if isinstance(content, Html) else Html(escape(str(content)))


def join(parts: Iterable[object], between: str = "") -> Html:
    """Return pieces one after the other."""
    return Html(between.join(text(part) for part in parts))


def tag(name: str, *content: object, **attributes: str) -> Html:
    """Return an element; `class_` stands for class, an underscore for a dash in other names."""
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    return Html(f"<{name}{words}>{join(content)}</{name}>")


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Iterable[int] = (),
    total: bool = False,
    caption: str = "",
) -> Html:
    """Return a table that scrolls sideways where it is too wide.

    numbers  columns that are set flush right
    total    whether the last row is a sum
    """
    right = set(numbers)

    def cell(name: str, column: int, content: object) -> Html:
        return tag(name, content, class_="number") if column in right else tag(name, content)

    body = [tag("tr", *(cell("td", column, content) for column, content in enumerate(row))) for row in rows]
    foot = [tag("tfoot", body.pop())] if total and body else []
    head = tag("thead", tag("tr", *(cell("th", column, content) for column, content in enumerate(heads))))
    title = [tag("caption", caption)] if caption else []
    return tag("div", tag("table", *title, head, tag("tbody", *body), *foot), class_="scroll")


def section(key: str, title: str, *content: object, lead: object = "") -> Html:
    """Return a part of the page with its heading and, under it, a sentence on how to read it."""
    opening = [tag("p", lead, class_="lead")] if lead else []
    return tag("section", tag("h2", title), *opening, *content, id=key)


def fold(title: str, *content: object) -> Html:
    """Return content that a reader unfolds."""
    return tag("details", tag("summary", title), *content)


def embedded(content: Any) -> Html:
    """Return data as JSON that may stand inside a script element, the same for the same plan."""
    dumped = json.dumps(_rounded(content), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Html(dumped.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _rounded(content: Any) -> Any:
    """Return data with numbers of ten digits: sums over many rows differ in the last ones from run to run."""
    if isinstance(content, dict):
        return {key: _rounded(value) for key, value in cast(dict[str, Any], content).items()}
    if isinstance(content, list | tuple):
        return [_rounded(value) for value in cast(list[Any], content)]
    return float(f"{content:.10g}") if isinstance(content, float) else content
