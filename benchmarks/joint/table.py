"""What is printed: a line for each cell, ratios, growth, the what-if."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.joint.curve import GAPS

HEADS = "".join(f"{f'{gap:.1%}':>9}" for gap in GAPS)


def print_head(study: Mapping[str, Any]) -> None:
    """Print a study and the heads of its columns."""
    print(f"\n== {study['name']}")
    for form, facts in study["forms"].items():
        print(f"   {form}: {facts['columns']:,} columns, {facts['rows']:,} rows, {facts['whole']:,} whole")
    print(f"{'seconds to a proven gap of':<28}{HEADS}{'gap':>10}{'value':>16}{'MB':>7}{'load':>6}")


def print_cell(cell: Mapping[str, Any]) -> None:
    """Print what a method reached."""
    value = "-" if cell["valued"] is None else f"{cell['valued'] / 1e6:,.1f} M"
    print(
        f"{cell['method']:<28}{_times(cell['reached'])}{_share(cell['gap']):>10}{value:>16}"
        f"{cell['peak_mb'] or '-':>7}{cell['load'][1]:>6.1f}",
        flush=True,
    )
    if cell["failed"]:
        print(f"    {cell['failed']}", flush=True)
    elif cell["primal"] is None:
        print(f"    no plan within the limit: {cell['status']}", flush=True)


def print_what_if(runs: Mapping[str, Mapping[str, Any]], ratios: Iterable[Mapping[str, Any]]) -> None:
    """Print the runs of a what-if, and how much sooner the one is done that begins from a plan."""
    names = {"before": "before", "scratch": "what-if, from scratch", "start": "what-if, from the plan before"}
    for run, found in runs.items():
        print(f"{names[run]:<30}{_times(found['reached'])[2:]}{_share(found['gap']):>10}", flush=True)
        if found["failed"]:
            print(f"    {found['failed']}", flush=True)
    for found in ratios:
        if found["kind"] is not None:
            print(f"   to {found['gap']:.1%}, from the plan before: {found['kind']} {found['ratio']:.2f}x")


def print_known(known: Mapping[str, Any]) -> None:
    """Print the best plan and bound of a study, whoever found them."""
    if known["gap"] is not None:
        who = f"best plan of {known['plan_of']}, best bound of {known['bound_of']}"
        print(f"   {who}: {_share(known['gap'])} apart")


def print_ratios(ratios: Iterable[Mapping[str, Any]]) -> None:
    """Print the ratios of one study."""
    for found in ratios:
        if found["kind"] is not None:
            peer = found["best_peer"] or "none of the peers"
            print(
                f"   to {found['gap']:.1%}, peers on the {found['form']} form: "
                f"{found['kind']} {found['ratio']:.2f}x  ({peer})"
            )


def print_growth(lines: Sequence[Mapping[str, Any]]) -> None:
    """Print what each method takes at each size."""
    print(f"\n{'growth with size':<20}{'size':>8}{HEADS}{'MB':>8}{'power':>8}")
    for line in lines:
        power = "-" if line["power"] is None else f"{line['power']:.2f}"
        print(
            f"{line['method']:<20}{line['size']:>8}{_times(line['seconds'])}"
            f"{line['peak_mb'] or '-':>8}{power:>8}"
        )


def _times(reached: Mapping[str, float | None]) -> str:
    return "".join(f"{'-' if one is None else f'{one:.2f}':>9}" for one in reached.values())


def _share(gap: float | None) -> str:
    return "-" if gap is None else f"{gap:.2%}"
