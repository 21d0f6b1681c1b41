"""The type of the fixture that runs a command, see `tests/conftest.py`."""

from collections.abc import Callable

Run = Callable[..., tuple[int, str, str]]
