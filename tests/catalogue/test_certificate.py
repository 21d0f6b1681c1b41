"""Certificates: what the evaluator accepts, what it refuses, and the file that holds one."""

import io
import json
import math
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.certificate import CertificateError, read_certificate, statement, write_certificate
from lynchpin.catalogue.evaluate import evaluate
from lynchpin.catalogue.proof import Certificate, Cycles, Node, Part, no_ids
from tests.test_imports import reached

INF = math.inf
COST = np.array([[0.0, 4, 9, INF], [5, 0, 4, INF], [9, 4, 0, INF], [INF, INF, INF, 3], [INF, INF, 5, 7]])
OPENING = np.array([6.0, 5, 6, 4, 9])
OPEN = (1, 3)  # 5 + 4 for opening, 5 + 0 + 4 from 1 and 3 from 3: 21
LAMBDA = np.array([5.5, 2.0, 7.5, 7.0])  # 22 in all; ρ = 0.5, −1, −1.5, 0, 6.5


def arcs(cost: np.ndarray = COST, opening: np.ndarray = OPENING) -> Arcs:
    """Return five facilities and four needs; facility 4 is dominated by none."""
    facility, need = np.nonzero(np.isfinite(cost))
    return Arcs.of(need, facility, cost[facility, need], opening)


def ids(*facilities: int) -> np.ndarray:
    """Return a list of facilities."""
    return np.array(facilities, np.int32)


def node(**changes: object) -> Node:
    """Return a root that fixes nothing."""
    given = {"multipliers": LAMBDA, "bound": 0.0, "closed": no_ids(), "opening": no_ids(), **changes}
    return Node(**given)  # type: ignore[arg-type]  # fields by name


def certificate(*nodes: Node, **changes: object) -> Certificate:
    """Return a certificate of the best solution with these nodes."""
    given = {
        "solution": ids(*OPEN), "value": value(OPEN), "bound": 0.0, "proven": 0.0,
        "dominated": np.zeros((0, 2), np.int32), "nodes": nodes, **changes,
    }  # fmt: skip
    return Certificate(**given)  # type: ignore[arg-type]  # fields by name


def value(chosen: tuple[int, ...]) -> float:
    """Return the cost of opening some facilities."""
    return float(OPENING[[*chosen]].sum() + COST[[*chosen]].min(0).sum())


def test_the_bound_is_computed_by_hand() -> None:
    """The facilities save 5.5, 6, 7.5, 4 and 2.5: only 1 and 2 more than their opening."""
    judged = evaluate(certificate(node()), arcs())
    assert judged.ok and judged.value == 21
    assert judged.bound == pytest.approx(22 - 1 - 1.5, rel=1e-12)
    assert judged.bound <= 19.5
    assert not judged.optimal


@pytest.mark.parametrize(("most", "expected"), [(1, 20.5), (2, 19.5), (3, 19.5)])
def test_no_more_facilities_are_used_than_allowed(most: int, expected: float) -> None:
    """A limit of facilities lets as many of the best ones count."""
    given = certificate(node(), at_most=most, solution=ids(1, 3)[:most], value=INF if most < 2 else 21.0)
    assert evaluate(given, arcs()).bound == pytest.approx(expected, rel=1e-12)


def test_exactly_so_many_facilities_are_counted() -> None:
    """With exactly four, 0.5 counts as well."""
    given = certificate(node(), exactly=4, solution=ids(0, 1, 2, 3), value=value((0, 1, 2, 3)))
    assert evaluate(given, arcs()).bound == pytest.approx(22 - 1 - 1.5 + 0 + 0.5, rel=1e-12)


def test_a_proven_fixing_is_used() -> None:
    """Facility 4 takes the bound to 26, which no solution below 21 can bear."""
    judged = evaluate(certificate(node(closed=ids(4))), arcs())
    assert judged.ok


@pytest.mark.parametrize("fixed", [{"closed": ids(1)}, {"opening": ids(3)}, {"closed": ids(9)}])
def test_a_fixing_that_is_not_proven_is_refused(fixed: dict[str, np.ndarray]) -> None:
    """Facility 1 is in the best solution: closing it is a finding, and the bound does not use it."""
    judged = evaluate(certificate(node(**fixed)), arcs())
    assert not judged.ok and "leave free" in judged.findings[0]
    assert judged.bound <= 21


def branches(**changes: object) -> tuple[Node, ...]:
    """Return a root and its two sides at facility 2."""
    sides = [node(parent=0, facility=2, opened=opened) for opened in (True, False)]
    return node(), sides[0], replace(sides[1], **changes)  # type: ignore[arg-type]  # fields by name


def test_a_tree_counts_its_weakest_leaf() -> None:
    """Without facility 2 the bound is 21; with it 20.5, for it serves needs 1 and 2 as well as others do."""
    root, opened, closed = branches()
    both = evaluate(certificate(root, opened, closed), arcs())
    assert both.ok and both.bound == pytest.approx(20.5, rel=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [{"opened": True}, {"facility": 3}, {"facility": -1}, {"parent": 2}, {"parent": -1}, {"facility": 7}],
)
def test_a_tree_with_a_side_missing_is_refused(wrong: dict[str, object]) -> None:
    """Two nodes that do not open and close one facility leave solutions out, so their bounds do not count."""
    better = np.array([6.0, 3, 5, 7])
    judged = evaluate(certificate(*branches(multipliers=better, **wrong)), arcs())
    assert not judged.ok
    assert judged.bound <= 19.5


def test_a_root_that_branches_is_refused() -> None:
    """A first node that closes a facility does not speak of all solutions."""
    judged = evaluate(certificate(node(facility=2)), arcs())
    assert not judged.ok and judged.bound == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": 20.0}, "is said to cost 20, it costs 21"),
        ({"solution": ids(1)}, "costs inf"),
        ({"solution": ids(1, 1)}, "twice"),
        ({"solution": ids(1, 8)}, "there is not"),
        ({"at_most": 1}, "opens 2 facilities"),
        ({"exactly": 3}, "opens 2 facilities"),
        ({"solution": no_ids()}, "has no solution"),
        ({"bound": 20.5}, "The bound 20.5 is claimed, the multipliers prove 19.5."),
        ({"bound": 22.0, "solver": "HiGHS"}, "above the value"),
        ({"proven": 20.5, "solver": "HiGHS", "bound": 20.5}, "to be proven is 20.5, proven is 19.5."),
        ({"step": 2.0}, "multiples of 2"),
        ({"step": -1.0}, "multiples of -1"),
    ],
)
def test_a_false_claim_is_found(changes: dict[str, object], words: str) -> None:
    """Value, bound, limit and step are recomputed, not believed."""
    judged = evaluate(certificate(node(), **changes), arcs())
    assert not judged.ok and words in str(judged)


def test_a_node_that_claims_too_much_is_found() -> None:
    """The bound of a node is recomputed from its multipliers."""
    assert "node 0 claims 20.5, proven is 19.5." in str(evaluate(certificate(node(bound=20.5)), arcs()))


@pytest.mark.parametrize("multipliers", [LAMBDA[:3], np.full(4, np.nan), np.full(4, INF), np.zeros((2, 2))])
def test_multipliers_that_are_none_are_refused(multipliers: np.ndarray) -> None:
    """One finite number for each need, or the node proves nothing."""
    judged = evaluate(certificate(node(multipliers=multipliers)), arcs())
    assert not judged.ok and judged.bound == 0


def test_whole_costs_round_the_bound_up() -> None:
    """Every value is a whole number, so none lies between 19.5 and 20."""
    assert evaluate(certificate(node(), step=1.0, bound=20.0), arcs()).ok
    assert not evaluate(certificate(node(), bound=20.0), arcs()).ok


def test_what_rests_on_a_solver_is_said() -> None:
    """A bound that the multipliers do not reach is named as the solver's word, in the file too."""
    given = certificate(node(), bound=21.0, proven=19.5 - 1e-9, solver="HiGHS")
    judged = evaluate(given, arcs())
    assert judged.ok and not judged.optimal and judged.solver == "HiGHS"
    assert "rests on the word of HiGHS" in str(judged)
    assert "On the word of HiGHS" in statement(given)


DOMINATED = np.vstack([COST, [[0, 5, 9, INF]]])


@pytest.mark.parametrize(
    ("pair", "opening", "exactly", "accepted"),
    [
        ((5, 0), 6.0, None, True),
        ((5, 0), 5.0, None, False),
        ((0, 5), 6.0, None, False),
        ((5, 1), 6.0, None, False),
        ((3, 0), 6.0, None, False),
        ((5, 5), 6.0, None, False),
        ((5, 9), 6.0, None, False),
        ((5, 0), 6.0, 2, True),
        ((5, 0), 6.0, 5, False),  # the fifth cheapest other one costs 9
        ((5, 0), 9.0, 5, True),
    ],
)
def test_a_facility_is_left_out_only_for_a_better_one(
    pair: tuple[int, int], opening: float, exactly: int | None, accepted: bool
) -> None:
    """The partner opens as cheaply and serves all that it serves as cheaply; a number to open leaves room."""
    problem = arcs(DOMINATED, np.append(OPENING, opening))
    solution = ids(1, 3) if exactly is None else ids(1, 3, 0, 2, 4)[:exactly]
    given = certificate(
        node(), solution=solution, value=value(tuple(solution.tolist())), exactly=exactly,
        dominated=np.array([pair], np.int32),
    )  # fmt: skip
    judged = evaluate(given, problem)
    assert judged.ok is accepted, judged


def test_twins_cannot_be_left_out_for_each_other() -> None:
    """Of two equal facilities one goes, not both."""
    problem = arcs(np.vstack([COST, COST[:1]]), np.append(OPENING, OPENING[0]))
    both = np.array([(5, 0), (0, 5)], np.int32)
    assert evaluate(certificate(node(), dominated=both[:1]), problem).ok
    assert not evaluate(certificate(node(), dominated=both), problem).ok


@pytest.mark.parametrize(
    ("groups", "fine"), [((0, 0, 1, 2), True), ((0, 0, 0, 1), False), ((0, 0, 2, 3), False)]
)
def test_needs_count_as_one_where_they_rank_facilities_alike(groups: tuple[int, ...], fine: bool) -> None:
    """Need 1 is twice need 0; need 2 ranks the facilities in another order."""
    cost = np.array([[0.0, 0, 9, INF], [2, 4, 4, INF], [7, 14, 0, 5]])
    multipliers = np.array([15.0, 4, 5, 0])[: len(set(groups))]
    given = certificate(
        node(multipliers=multipliers), group=ids(*groups), solution=ids(0, 2), value=6.0 + 6 + 5
    )
    judged = evaluate(given, arcs(cost, np.full(3, 6.0)))
    # ρ = 6 − 15, 6 − 9, 6 − 4: 24 − 9 − 3
    assert judged.ok is fine
    assert judged.bound == (pytest.approx(12, rel=1e-12) if fine else 0)


# Three facilities that open for 4; two serve need k for nothing, the third for 9. Best: two open.
RING = np.array([[0.0, 0, 9], [9, 0, 0], [0, 9, 0]])
HALVES = np.full(3, 2.0)  # each facility saves 4: bound 6, the linear relaxation


def cycles(
    facility: tuple[int, ...] = (0, 1, 2),
    need: tuple[int, ...] = (1, 2, 0),
    weight: float = 2.0,
    start: tuple[int, ...] = (0, 3),
) -> Cycles:
    """Return the cycle of the ring; needs 1, 2 and 0 lie between facilities 0, 1, 2 and 0."""
    return Cycles(np.array(start, np.int64), ids(*need), ids(*facility), np.full(len(start) - 1, weight))


def test_a_cycle_lifts_the_bound() -> None:
    """With weight 2 a facility opens for 2 and serves two needs for 2 each: at λ = 3 none gains, 9 − 2."""
    problem = arcs(RING, np.full(3, 4.0))
    plain = certificate(node(multipliers=HALVES), solution=ids(0, 1), value=8.0)
    assert evaluate(plain, problem).bound == pytest.approx(6, rel=1e-12)
    lifted = replace(plain, nodes=(node(multipliers=np.full(3, 3.0), cycles=cycles()),))
    assert evaluate(lifted, problem).bound == pytest.approx(7, rel=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        cycles(start=(0, 2)),
        cycles(facility=(0, 1), need=(0, 1), start=(0, 2)),
        cycles(facility=(0,), need=(0,), start=(0, 1)),
        cycles(facility=(0, 0, 1)),
        cycles(facility=(0, 1, 0)),
        cycles(weight=-1.0),
        cycles(weight=INF),
        cycles(weight=math.nan),
        cycles(start=(1, 3)),
    ],
)
def test_what_is_no_odd_cycle_is_refused(wrong: Cycles) -> None:
    """Even, short or broken cycles and negative weights are findings, and the costs stay as they are."""
    given = certificate(node(multipliers=HALVES, cycles=wrong), solution=ids(0, 1), value=8.0)
    judged = evaluate(given, arcs(RING, np.full(3, 4.0)))
    assert not judged.ok and judged.bound <= 6


# Two problems that share nothing: needs 0 and 1 with facilities 0 and 1, needs 2 and 3 with 2 and 3.
APART = np.array([[1.0, 3, INF, INF], [3, 1, INF, INF], [INF, INF, 2, 4], [INF, INF, 4, 2]])
ROOT = np.zeros(4)


def part(k: int, **changes: object) -> Part:
    """Return a part with a bound of 6 out of 6 in the first, and of 8 out of 8 in the second."""
    multipliers = np.array([[3.0, 3.0], [4.0, 4.0]][k])
    leaf = Node(multipliers=multipliers, bound=0.0, closed=no_ids(), opening=no_ids())
    given = {
        "needs": ids(2 * k, 2 * k + 1), "facilities": ids(2 * k, 2 * k + 1), "open": ids(2 * k),
        "value": 0.0, "bound": 0.0, "nodes": (leaf,), **changes,
    }  # fmt: skip
    return Part(**given)  # type: ignore[arg-type]  # fields by name


def apart(*parts: Part) -> Certificate:
    """Return a certificate of the two problems."""
    return Certificate(
        solution=ids(0, 2), value=14.0, bound=14.0, proven=0.0, dominated=np.zeros((0, 2), np.int32),
        nodes=(node(multipliers=ROOT),), parts=parts,
    )  # fmt: skip


def test_parts_add_up() -> None:
    """Each opens one of two: 2 + 1 + 3 and 2 + 2 + 4, which their multipliers prove."""
    judged = evaluate(apart(part(0), part(1)), arcs(APART, np.full(4, 2.0)))
    assert judged.ok and judged.optimal and judged.bound == pytest.approx(14, rel=1e-12)


@pytest.mark.parametrize(
    "parts",
    [
        (part(0),),
        (part(0), part(0)),
        (part(0), part(1, facilities=ids(3))),
        (part(0, needs=ids(0)), part(1)),
        (part(0), part(1, open=ids(0))),
        (part(0), part(1, needs=ids(2, 2))),
        (part(0, facilities=ids(0, 9)), part(1)),
    ],
)
def test_parts_that_are_not_apart_are_refused(parts: tuple[Part, ...]) -> None:
    """A need or facility in no part, in two, or in the wrong one takes the parts' bounds away."""
    judged = evaluate(apart(*parts), arcs(APART, np.full(4, 2.0)))
    assert not judged.ok and judged.bound < 14


def test_what_is_open_may_settle_everything() -> None:
    """Where the chain opens all that a solution needs, no arc is left that matters, and no part."""
    problem = arcs(np.array([[3.0, 3], [1, 9], [9, 1]]), np.array([0.0, 4, 4]))
    given = certificate(
        node(multipliers=np.zeros(2), opening=ids(0), closed=ids(1, 2)), solution=ids(0), value=6.0
    )
    assert evaluate(given, problem).bound == 0  # λ = 0 proves nothing
    fixed = node(multipliers=np.full(2, 3.1), opening=ids(0), closed=ids(1, 2))
    judged = evaluate(replace(given, nodes=(fixed,), bound=6.0), problem)
    assert judged.ok and judged.optimal


def test_the_evaluator_shares_no_code_with_the_engine() -> None:
    """Arcs, with the sorting that makes them, and the certificate's data are all that it imports."""
    own = {
        f"lynchpin.catalogue.evaluate{name}" for name in ("", "_tree", "_problem", "_dominance", "_groups")
    }
    found = reached("lynchpin.catalogue.evaluate")
    assert found <= own | {
        "lynchpin.catalogue.arcs",
        "lynchpin.catalogue.kernels_arcs",
        "lynchpin.catalogue.compiled",
        "lynchpin.catalogue.proof",
        "lynchpin.errors",
        "lynchpin",
    }
    text = "".join(Path(f"src/{name.replace('.', '/')}.py").read_text("utf-8") for name in own)
    assert ".value(" not in text.replace("judge.value(", "") and ".cheapest(" not in text


def bent() -> list[Node]:
    """Return three nodes, two of which use the same cycles."""
    ring = cycles()
    return [replace(one, cycles=ring if k else None) for k, one in enumerate(branches())]


def full() -> Certificate:
    """Return a certificate that has something of everything."""
    return replace(
        certificate(*bent(), bound=INF, solver="HiGHS", step=1.0),
        group=ids(0, 1, 2, 3), parts=(part(0), part(1)), dominated=np.array([(5, 0)], np.int32), at_most=3,
    )  # fmt: skip


def test_a_certificate_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Every number, list and node is the same after writing and reading."""
    path = write_certificate(full(), arcs(), tmp_path / "case.proof")
    again = read_certificate(path, arcs())
    assert repr(again) == repr(full())
    assert [*tmp_path.iterdir()] == [path]
    with np.load(path) as plain:
        about = json.loads(plain["about"].tobytes())
    assert about["proves"] == statement(full()) and about["bound"] is None


def test_multipliers_in_single_precision_stay_so(tmp_path: Path) -> None:
    """A certificate with 32-bit multipliers is as large as they are."""
    given = certificate(node(multipliers=LAMBDA.astype(np.float32)))
    again = read_certificate(write_certificate(given, arcs(), tmp_path / "x"), arcs())
    assert again.nodes[0].multipliers.dtype == np.float32


def test_a_certificate_of_other_data_is_refused(tmp_path: Path) -> None:
    """One cost that differs is another problem."""
    path = write_certificate(full(), arcs(), tmp_path / "x")
    other = np.where(COST == 9, 8, COST)
    with pytest.raises(CertificateError, match="costs differ"):
        read_certificate(path, arcs(other))


def broken(path: Path, **changes: object) -> None:
    """Rewrite some arrays of a certificate, or drop them where they are None."""
    with np.load(path) as plain:
        kept = {name: plain[name] for name in plain.files}
    kept |= {name: np.asarray(array) for name, array in changes.items() if array is not None}
    path.unlink()
    np.savez(path, **{name: kept[name] for name in kept if changes.get(name, 0) is not None})


@pytest.mark.parametrize(
    "changes",
    [
        {"about": None},
        {"about": np.frombuffer(b"[1]", np.uint8)},
        {"about": np.frombuffer(b"{", np.uint8)},
        {"about": np.array([1.5, 300.0])},
        {"node_parent": None},
        {"node_parent": np.array([-1, 0], np.int32)},
        {"node_parent": np.array([-1.0, 0, 0, -1, -1])},
        {"node_multipliers_pointer": np.array([0, 9, 4, 4, 4, 4], np.int64)},
        {"trees_pointer": np.array([0, 3, 4], np.int64)},
        {"node_cycles": np.array([0, 0, 1, -1, -1], np.int32)},
        {"cycles_start": np.array([0, 3], np.int32)},
        {"dominated": np.zeros(3, np.int32)},
        {"dominated": np.zeros((1, 3), np.int32)},
        {"solution": np.array(["a"])},
    ],
)
def test_a_damaged_certificate_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    """Arrays that are missing, of another kind or of lengths that do not fit are an error, not a crash."""
    path = write_certificate(full(), arcs(), tmp_path / "x.npz")
    broken(path, **changes)
    with pytest.raises(CertificateError, match=r"x\.npz"):
        read_certificate(path, arcs())


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    """Text, half a file, pickled objects and a zip that unpacks to terabytes are refused by name."""
    path = write_certificate(full(), arcs(), tmp_path / "x.npz")
    whole = path.read_bytes()
    objects = io.BytesIO()
    np.savez(objects, about=np.array([{}], dtype=object))
    huge = io.BytesIO()
    with zipfile.ZipFile(huge, "w") as archive:
        header = (
            b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999,), }"
        )
        archive.writestr("about.npy", header.ljust(127) + b"\n")
    for damaged in (b"", b"FILE: x\n1 1 0", whole[:200], whole[:-30], objects.getvalue(), huge.getvalue()):
        path.write_bytes(damaged)
        with pytest.raises(CertificateError, match=r"x\.npz"):
            read_certificate(path, arcs())
