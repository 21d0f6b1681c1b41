"""Groups of rows are those that polars finds."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from lynchpin.model.groups import Groups

numbers = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**6), st.integers(0, 2)), max_size=40)


@given(numbers)
def test_groups_are_sorted_and_begin_with_their_first_row(rows: list[tuple[int, int, int]]) -> None:
    """Whether numbers are few, and counted in a table, or spread, and sorted."""
    frame = pl.DataFrame(rows, schema={"a": pl.Int32, "b": pl.Int32, "c": pl.Int32}, orient="row")
    values = np.arange(len(rows), dtype=np.float64)
    for on in (["a", "c"], ["b"], ["c", "b", "a"]):
        found = Groups.of(frame, on)
        wanted = (
            frame.with_columns(value=pl.Series(values))
            .group_by(on)
            .agg(first=pl.first("value"), total=pl.sum("value"))
            .sort(on)
        )
        assert found.keys.equals(wanted.select(on))
        assert found.keys[found.row].equals(frame.select(on))
        assert found.first.tolist() == wanted["first"].to_list()
        assert found.sums(values).tolist() == wanted["total"].to_list()
