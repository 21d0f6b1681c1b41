"""Rows of a model in words, for golden files.

`python -m tests.model.reading` writes tests/model/golden/TAG.txt anew: read the difference before committing.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from lynchpin.model.build import Built, build
from lynchpin.model.handover import labels
from lynchpin.model.instance import compile as compile_study
from tests.model.rich import rich

GOLDEN = Path(__file__).parent / "golden"
STATEMENT = Path(__file__).parents[2] / "docs" / "reference" / "statement.md"
MOST = 3
REDUNDANT = {"pool": {"variant"}, "family": {"variant"}, "programme": {"model"}}
"""Columns that say nothing new beside another one."""
KINDS = ("share", "volume", "co2", "local", "dual_source")


def tags() -> tuple[str, ...]:
    """Return every tag of a formula in the statement, sorted; kinds of targets are tags as well."""
    return tuple(sorted({*re.findall(r"\(([A-Z]\d)\)", STATEMENT.read_text()), *KINDS}))


def texts() -> dict[str, str]:
    """Return the text of each tag's rows: the yearly form, and the aggregate form where it differs."""
    instance = compile_study(rich(), sharing="partner")
    forms = {form: build(instance, form=form) for form in ("yearly", "aggregate")}
    return {tag: _text(tag, forms) for tag in tags()}


def _text(tag: str, forms: dict[str, Built]) -> str:
    lines: list[str] = []
    stated: dict[str, list[str]] = {}
    for form, built in forms.items():
        for name in built.linopy.constraints:
            if re.fullmatch(rf"{tag}(_.*)?", name):
                rows = list(_rows(built, name))
                if stated.setdefault(name, rows) == rows and form == "aggregate":
                    continue
                lines += ["", f"{name}, {form} form", *rows]
    return "\n".join(lines).strip() + "\n"


def _rows(built: Built, name: str) -> Iterator[str]:
    """Yield the first rows of a constraint."""
    constraint = built.linopy.constraints[name]
    words = _columns(built)
    matrix, _, limits, senses = constraint.to_matrix_with_rhs(built.linopy.variables.label_index)
    keys = [values for key, values in constraint.coords.items() if key != f"{name}_row"]
    for row in range(min(MOST, matrix.shape[0])):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        terms = sorted(zip(matrix.indices[part], matrix.data[part], strict=True))
        left = " ".join(f"{value:+.6g} {words[column]}" for column, value in terms)
        key = ", ".join(str(values.to_numpy()[row]) for values in keys)
        sense = senses if isinstance(senses, str) else senses[row]
        yield f"  [{key}]  {left} {str(sense)[0].replace('<', '<=').replace('>', '>=')} {limits[row]:.6g}"
    if matrix.shape[0] > MOST:
        yield f"  and {matrix.shape[0] - MOST} more"


def _columns(built: Built) -> list[str]:
    words: list[str] = []
    for name, columns in built.columns.items():
        found = labels(built.instance, columns.frame)
        keys = [found[key] for key in found if not REDUNDANT.get(key, set()) & set(found)]
        words += [f"{name}[{','.join(map(str, key))}]" for key in zip(*keys, strict=True)]
    return words


def write() -> None:
    """Write the golden files."""
    GOLDEN.mkdir(exist_ok=True)
    for tag, text in texts().items():
        (GOLDEN / f"{tag}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
