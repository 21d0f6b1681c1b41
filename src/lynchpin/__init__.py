"""Plan what an alliance of car makers shares: components, suppliers, plants and exports, as one optimisation.

Public names are looked up when they are first used, so that `import lynchpin` takes no time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lynchpin.errors import (
    InputError,
    LynchpinError,
    ModelError,
    OptionError,
    PlanError,
    SolveError,
    StudyError,
)

if TYPE_CHECKING:
    __version__: str

__all__ = [
    "InputError",
    "LynchpinError",
    "ModelError",
    "OptionError",
    "PlanError",
    "SolveError",
    "StudyError",
]

_HOME: dict[str, str] = {}


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first asked for."""
    if name == "__version__":
        value: Any = import_module("importlib.metadata").version("lynchpin")
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'lynchpin' has no name {name!r}; it has {', '.join(__all__)}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return ["__version__", *__all__]
