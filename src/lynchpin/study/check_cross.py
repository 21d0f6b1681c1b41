"""The checks between tables, in the order of the subjects."""

from lynchpin.study.check_aims import check_aims
from lynchpin.study.check_duty import check_duty
from lynchpin.study.check_fit import check_fit
from lynchpin.study.check_freight import check_freight
from lynchpin.study.check_parts import check_parts
from lynchpin.study.check_people import check_people
from lynchpin.study.check_plants import check_plants
from lynchpin.study.check_sales import check_sales
from lynchpin.study.check_time import check_labels, check_paths, check_windows
from lynchpin.study.check_trade import check_trade
from lynchpin.study.checked import Checked
from lynchpin.study.finding import Finding
from lynchpin.study.row_rules import check_rows


def check_cross(checked: Checked) -> list[Finding]:
    """Return what the tables of a study break between them."""
    checked, findings = check_labels(checked)
    for part in (
        check_rows,
        check_windows,
        check_paths,
        check_people,
        check_parts,
        check_fit,
        check_plants,
        check_sales,
        check_freight,
        check_trade,
        check_duty,
        check_aims,
    ):
        findings += part(checked)
    return findings
