"""Loops that are compiled once for each computer, whoever else compiles them at the same time.

numba keeps compiled code in files beside the source, or in the user's cache folder, for the next process.
That fails in three ways that are mended here. Where no file can be written, or one vanishes between two
steps, it raises; and where two processes save code for different types at once, the index of one may name the
code of the other. Here, what cannot be kept or read is compiled again, and code for other types is not used.
"""

import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from numba import njit
from numba.core.caching import FunctionCache

Loop = Callable[..., Any]
FAILURES = (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, RuntimeError)


class Kept(FunctionCache):  # pyright: ignore[reportUntypedBaseClass]: numba ships no types
    """The files of one loop: what goes wrong with them is as if there were none."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the code for these types, None where there is none that can be read."""
        try:
            found: Any = cast("Any", super().load_overload(sig, target_context))
            return found if found is not None and found.signature.args == tuple(sig) else None
        except FAILURES:
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code for these types if that is possible."""
        with suppress(*FAILURES):
            super().save_overload(sig, data)


def compiled(loop: Loop) -> Loop:
    """Return the loop compiled when it is first called with arguments of some types, without Python's lock.

    loop  a function of arrays and numbers, in the part of Python that numba compiles
    """
    dispatcher: Any = njit(nogil=True)(loop)
    with suppress(*FAILURES):  # nowhere to keep it: each process compiles
        dispatcher._cache = Kept(loop)  # as `cache=True` does, with the class from here
    return dispatcher
