"""The page on the split method names every way in which a bound can be known."""

from pathlib import Path

import pytest

from lynchpin.solve.split.proof import FROM_BLOCKS, FROM_ROOT, FROM_TREE
from lynchpin.solve.whole import BOUND_FROM

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "split.md"


@pytest.mark.parametrize("label", sorted({FROM_ROOT, FROM_BLOCKS, FROM_TREE, *BOUND_FROM.values()}))
def test_every_label_of_a_bound_is_explained(label: str) -> None:
    """A plan's `bound_from` is found word for word on the page that says what it rests on."""
    assert f"`{label}`" in PAGE.read_text(encoding="utf-8")
