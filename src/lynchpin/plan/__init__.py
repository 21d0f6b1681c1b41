"""What came out: the plan's tables, its ledger, its files, and how two plans differ.

`lynchpin.plan` is this package and also the function that plans: called, it hands over to
`lynchpin.api.plan`, so both readings of the name work whatever was imported first (docs/decisions/0003).
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    """A package that can be called."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Plan a study; see `lynchpin.api.plan`."""
        return import_module("lynchpin.api").plan(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
