"""Pages of the reference that are written from the code, so that they cannot fall behind it.

    dictionary.md   every table and column, from the data dictionary
    formulas.md     every block of the model, from the module docstrings of `lynchpin.model`
    commands.md     every command and option, from the command line itself
    python.md       every public name, from its signature and docstring

Each page is a function that returns Markdown; the build writes them before Sphinx reads its sources.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer
from sphinx.application import Sphinx

from lynchpin.study.dictionary import Column, dictionary

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "lynchpin"
WIDTH = 90
TAG = re.compile(r"^\s*\(([A-Z]\d+)\) ", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, bool]:
    """Have Sphinx write the pages before it reads its sources."""
    app.connect("builder-inited", lambda app: write_pages(Path(app.srcdir) / "reference"))
    return {"parallel_read_safe": True}


def pages() -> dict[str, Callable[[], str]]:
    """Return the function that writes each page, by the page's name."""
    return {
        "dictionary": dictionary_page,
        "formulas": formulas_page,
        "commands": commands_page,
        "python": python_page,
    }


def write_pages(folder: Path) -> None:
    """Write every page that changed, so that Sphinx reads again only what it must."""
    for name, make in pages().items():
        path = folder / f"{name}.md"
        text = make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def dictionary_page() -> str:
    """Return the page of tables and columns."""
    lines = [
        "# Data dictionary",
        "",
        "Every table of a study and every column of a table, as validation, template and forms read them.",
        "Columns marked with a star tell one row from another. A blank cell takes the default; where that is",
        "*required* the cell must be filled, and where it is *none* nothing is assumed. A value outside the",
        "usual range is a warning, one outside the range an error.",
        "",
    ]
    for table in dictionary().values():
        lines += [f"## {table.name}", "", f"{table.meaning.rstrip('.')}.", ""]
        lines += _table(["column", "kind", "default", "meaning"], map(_column, table.columns.values()))
    return "\n".join(lines)


def _column(column: Column) -> list[str]:
    default = f"*{column.default}*" if column.default in ("required", "none") else f"`{column.default}`"
    return [
        f"`{column.name}`{' ★' if column.key else ''}",
        f"{column.kind}, {column.unit}" if column.unit else column.kind,
        default,
        " ".join([f"{_cell(column.meaning)}.", *_limits(column)]).replace("..", "."),
    ]


def _limits(column: Column) -> Iterator[str]:
    """Yield a sentence for each limit on a column's values."""
    if column.choices:
        yield f"One of {', '.join(f'`{choice}`' for choice in column.choices)}."
    if column.targets:
        yield f"Names a row of {' or '.join(f'[{table}](#{table})' for table in column.targets)}."
    if span := _range(column.low, column.high):
        yield f"Range: {span}."
    if span := _range(column.usual_low, column.usual_high):
        yield f"Usual: {span}."


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"{low:g} or more"
    return "" if high is None else f"{high:g} or less"


def formulas_page() -> str:
    """Return the page of the model's blocks that state formulas, in the order of the statement."""
    lines = [
        "# Formulas",
        "",
        "The blocks of the planning model as the code states them; a tag such as `F4` names the rows in",
        "the solver. [The statement](statement.md) defines every symbol.",
        "",
    ]
    order = TAG.findall((ROOT / "docs" / "reference" / "statement.md").read_text(encoding="utf-8"))
    blocks = {name: text for name, text in model_blocks() if TAG.search(text)}
    for name in sorted(blocks, key=lambda name: _place(blocks[name], order)):
        sentence, body = split_docstring(blocks[name])
        lines += [f"## {name}", "", sentence, "", *_verbatim(body)]
    return "\n".join(lines)


def _place(docstring: str, order: list[str]) -> int:
    """Return where the first tag of a docstring that the statement has stands in it."""
    return min((order.index(tag) for tag in TAG.findall(docstring) if tag in order), default=len(order))


def model_blocks() -> Iterator[tuple[str, str]]:
    """Yield the name and the docstring of every module of the model, sorted by name."""
    for path in sorted((PACKAGE / "model").glob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if path.stem != "__init__" and docstring:
            yield path.stem, docstring


def commands_page() -> str:
    """Return the page of commands, their arguments and options."""
    lines = [
        "# Commands",
        "",
        "Exit codes: 0 done; 1 the input or the plan is not in order; 2 wrong usage; 3 stopped at a limit",
        "with a verified plan; 4 stopped with none; 130 interrupted, with the best verified plan kept.",
        "",
    ]
    for name, command in commands():
        context = typer.Context(command, info_name=f"lynchpin {name}")
        usage = " ".join(command.get_usage(context).removeprefix("Usage: ").split())
        lines += [f"## {name}", "", "```text", re.sub(r"[{}]", "", usage), "```", ""]
        lines += [*_paragraphs(command.help or ""), ""]
        lines += _table(["argument or option", "meaning"], _parameters(command, context))
    return "\n".join(lines)


def commands() -> list[tuple[str, Any]]:
    """Return every command of the command line with its name, sorted."""
    app = importlib.import_module("lynchpin.cli").app
    group: Any = typer.main.get_command(app)
    return sorted((name, command) for name, command in group.commands.items() if not command.hidden)


def _parameters(command: Any, context: typer.Context) -> Iterator[list[str]]:
    for parameter in command.params:
        if not getattr(parameter, "hidden", False) and parameter.name != "help":
            names, meaning = parameter.get_help_record(context)
            yield [f"`{re.sub(' <.*>$', '', names)}`".replace("|", "\\|"), _cell(meaning)]


def python_page() -> str:
    """Return the page of public names with their signatures and docstrings."""
    package = importlib.import_module("lynchpin")
    lines = ["# Python", "", "Every public name of the package `lynchpin`.", ""]
    for name in package.__all__:
        thing = getattr(package, name)
        if inspect.ismodule(thing) and callable(thing):  # `plan` is a package and a function
            thing = getattr(importlib.import_module("lynchpin.api"), name)
        lines += [f"## {name}", "", *_described(name, thing)]
    return "\n".join(lines)


def _described(name: str, thing: Any) -> list[str]:
    """Return signature, sentence and details of one public name; of a class or module its members as well."""
    sentence, body = split_docstring(inspect.getdoc(thing) or "")
    lines = [*_signature(name, thing), sentence, "", *_verbatim(body)]
    for member, value in _members(thing):
        sentence, body = split_docstring(inspect.getdoc(value) or "")
        lines += [f"### {name}.{member}", "", *_signature(member, value), sentence, "", *_verbatim(body)]
    return lines


def _signature(name: str, thing: Any) -> list[str]:
    if inspect.isclass(thing) and issubclass(thing, BaseException):
        return [f"Derives from {', '.join(f'`{base.__name__}`' for base in thing.__bases__)}.", ""]
    if not callable(thing):
        return []
    signature = inspect.signature(thing)
    if inspect.isclass(thing):
        signature = signature.replace(return_annotation=inspect.Signature.empty)
    values = [value for value in signature.parameters.values() if value.name != "self"]
    text = f"{name}{signature.replace(parameters=values)}"
    text = text if len(text) <= WIDTH else _folded(name, signature, values)
    text = re.sub(r"<function (\w+) at 0x\w+>", r"\1", text)
    return ["```python", re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", text), "```", ""]


def _folded(name: str, signature: inspect.Signature, values: list[inspect.Parameter]) -> str:
    """Return a signature with a line for each parameter."""
    lines = [str(value) for value in values]
    kinds = [value.kind for value in values]
    if inspect.Parameter.KEYWORD_ONLY in kinds:
        lines.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    end = str(signature.replace(parameters=[]))[1:]
    return "\n".join([f"{name}(", *(f"    {line}," for line in lines), end])


def _members(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties that a class defines, or the functions that a module does."""
    if inspect.isclass(thing):
        for name, value in sorted(vars(thing).items()):
            shown = value if isinstance(value, property) else getattr(thing, name)
            if not name.startswith("_") and (inspect.isroutine(shown) or isinstance(shown, property)):
                yield name, shown
    elif inspect.ismodule(thing):
        for name, value in sorted(vars(thing).items()):
            if inspect.isfunction(value) and value.__module__ == thing.__name__ and not name.startswith("_"):
                yield name, value


def split_docstring(docstring: str) -> tuple[str, str]:
    """Return the first sentence of a docstring, and the rest."""
    sentence, _, body = docstring.partition("\n\n")
    return " ".join(sentence.split()), body


def _verbatim(body: str) -> list[str]:
    """Return text as a block that keeps its columns; formulas and lists of parameters are aligned by hand."""
    return ["````text", *body.strip("\n").splitlines(), "````", ""] if body.strip() else []


def _paragraphs(text: str) -> list[str]:
    return inspect.cleandoc(text.replace("\b", "")).splitlines()


def _table(header: list[str], rows: Iterable[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header), *lines, ""] if lines else []


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
