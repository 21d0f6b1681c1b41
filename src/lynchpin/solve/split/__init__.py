"""The split method: the aggregate form taken apart along families, solved in parallel, put together again."""

from lynchpin.solve.split.engine import Split

__all__ = ["Split"]
