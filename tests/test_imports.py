"""The package is a line: each part imports only from parts to its left."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
ORDER = ["errors", "study", "catalogue", "model", "solve", "plan", "report", "api", "terminal", "cli"]
ENTRANCES = {"__init__", "__main__"}  # they name what the package offers, from every part
DOORS = {  # what a user calls on a value opens late, by name, what lies to the right (docs/decisions/0003)
    ("lynchpin.plan", "lynchpin.api"),
    ("lynchpin.plan.plan", "lynchpin.api"),
}
FILES = sorted((SOURCE / "lynchpin").rglob("*.py"))


def part(module: str) -> str:
    """Return the part of the package that a module such as `lynchpin.study.read` belongs to."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else "__init__"


def module_name(path: Path) -> str:
    """Return the dotted name of a source file."""
    name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    return name.removesuffix(".__init__") if name != "lynchpin.__init__" else name


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of all that a source imports from the package, inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            names = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        else:
            continue
        yield from ((node.lineno, name) for name in names if name.split(".")[0] == "lynchpin")


def backward_arrows(module: str, source: str) -> list[str]:
    """Return the imports of a module that do not come from its left or from its own part."""
    own = part(module)
    if own in ENTRANCES:
        return []
    return [
        f"{module}, line {line}: imports {name}"
        for line, name in imported(source)
        if (module, name) not in DOORS
        and (part(name) not in ORDER or ORDER.index(part(name)) > ORDER.index(own))
    ]


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_a_module_imports_only_from_its_left(path: Path) -> None:
    """No import of the package runs against the order of its parts."""
    module = module_name(path)
    assert part(module) in {*ORDER, *ENTRANCES}, f"{module} is in no part of the order {ORDER}"
    assert backward_arrows(module, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "from lynchpin.plan.plan import Plan",
        "import lynchpin.report",
        "from lynchpin import solve",
        "from lynchpin import LynchpinError",
        "def late():\n    from lynchpin.cli import main",
        "importlib.import_module('lynchpin.plan')",
    ],
)
def test_a_backward_arrow_is_seen(source: str) -> None:
    """An import from the right is found however it is written, and so is one from the package's front."""
    assert len(backward_arrows("lynchpin.model.build", source)) == 1


def test_a_forward_arrow_is_allowed() -> None:
    """Imports from the left, from the own part and from other packages are no findings."""
    source = "import polars\nfrom lynchpin.errors import ModelError\nfrom lynchpin.model import money"
    assert backward_arrows("lynchpin.model.build", source) == []


VERIFIER = sorted((SOURCE / "lynchpin" / "plan").glob("verify*.py")) + sorted(
    (SOURCE / "lynchpin" / "plan").glob("verify*/**/*.py")
)


def reached(module: str) -> set[str]:
    """Return every module of the package that a module imports, directly or through others."""
    files = {module_name(path): path for path in FILES}
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in files:  # a name inside a module
            name = name.rpartition(".")[0]
        if name in files and name not in seen:
            seen.add(name)
            waiting += [found for _, found in imported(files[name].read_text(encoding="utf-8"))]
    return seen


def test_the_verifier_shares_no_code_with_the_model() -> None:
    """Nothing that the verifier imports, directly or through others, lies in `model` or `solve`."""
    assert VERIFIER, "the verifier is missing"
    shared = {
        found
        for path in VERIFIER
        for found in reached(module_name(path))
        if part(found) in {"model", "solve"}
    }
    assert shared == set()
