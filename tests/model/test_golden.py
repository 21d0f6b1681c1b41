"""Every formula of the statement has a golden file of its rows, and the rows are as they were."""

import pytest

from tests.model.reading import GOLDEN, tags, texts


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """State the rich study once."""
    return texts()


def test_there_is_one_golden_file_for_each_tag_of_the_statement() -> None:
    """A formula that the statement gains must gain a golden file, and one that it loses must go."""
    assert sorted(path.stem for path in GOLDEN.glob("*.txt")) == list(tags())


@pytest.mark.parametrize("tag", tags())
def test_the_rows_of_a_tag_are_those_of_its_golden_file(tag: str, written: dict[str, str]) -> None:
    """Rows change only on purpose: `python -m tests.model.reading` writes the files anew."""
    assert written[tag].count("\n") > 1, f"the model states no rows for {tag}"
    assert written[tag] == (GOLDEN / f"{tag}.txt").read_text(encoding="utf-8")
