"""Plan what an alliance of car makers shares: components, suppliers, plants and exports, as one optimisation.

    >>> import lynchpin
    >>> study = lynchpin.read_study("alliance")
    >>> plan = lynchpin.plan(study, time_limit=60)

Public names are looked up when they are first used, so that `import lynchpin` takes no time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lynchpin.errors import (
    CatalogueError,
    InputError,
    LynchpinError,
    ModelError,
    OptionError,
    PlanError,
    SolveError,
    StudyError,
)

if TYPE_CHECKING:
    from lynchpin.api import (
        Commonality,
        Comparison,
        Design,
        Designs,
        DesignTask,
        Duplicates,
        Finding,
        Merged,
        Optimum,
        Plan,
        PlanProgress,
        Study,
        VolumeDiscount,
        apply_duplicates,
        build_model,
        check,
        commonality,
        compare,
        convert,
        design,
        duplicates,
        examples,
        explain_duty,
        freeze_freight,
        load_plan,
        plan,
        plan_to,
        propose_mapping,
        read_optimum,
        read_study,
        resume,
        save_plan,
        verify,
        write_study,
    )

    __version__: str

__all__ = [
    "CatalogueError",
    "Commonality",
    "Comparison",
    "Design",
    "DesignTask",
    "Designs",
    "Duplicates",
    "Finding",
    "InputError",
    "LynchpinError",
    "Merged",
    "ModelError",
    "Optimum",
    "OptionError",
    "Plan",
    "PlanError",
    "PlanProgress",
    "SolveError",
    "Study",
    "StudyError",
    "VolumeDiscount",
    "apply_duplicates",
    "build_model",
    "check",
    "commonality",
    "compare",
    "convert",
    "design",
    "duplicates",
    "examples",
    "explain_duty",
    "freeze_freight",
    "load_plan",
    "plan",
    "plan_to",
    "propose_mapping",
    "read_optimum",
    "read_study",
    "resume",
    "save_plan",
    "verify",
    "write_study",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first asked for."""
    if name == "__version__":
        value: Any = import_module("importlib.metadata").version("lynchpin")
    elif name == "plan":  # a package that can be called, see docs/decisions/0003
        value = import_module("lynchpin.plan")
    elif name in __all__:
        value = getattr(import_module("lynchpin.api"), name)
    else:
        raise AttributeError(f"module 'lynchpin' has no name {name!r}; it has {', '.join(__all__)}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return ["__version__", *__all__]
