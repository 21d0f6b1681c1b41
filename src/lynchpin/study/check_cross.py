"""The checks between tables, in the order of the subjects."""

from lynchpin.study.checked import Checked
from lynchpin.study.finding import Finding


def check_cross(checked: Checked) -> list[Finding]:
    """Return what the tables of a study break between them."""
    return []
