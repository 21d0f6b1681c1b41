"""A structure to begin from that was made elsewhere, perhaps for another study, and may have gaps here.

    value      the structure, moved within what is allowed here, is valued in the yearly form as it is
    complete   where that has no flows: its *gaps* are decided by the aggregate form, everything else held
    looser     where even that has none: what is launched and where it is built is held, parts are open

A gap is what the structure cannot know (a version, variant or site that its study did not have), a need of a
launched version that no variant serves, a launched programme without a plant, a used variant without a
supplier, and with each of them whatever could fill it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from lynchpin.model.instance import Instance
from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.contracts import StopSignal
from lynchpin.solve.forms import Form
from lynchpin.solve.highs import solve
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.shrink import shrunk
from lynchpin.solve.standing import Standing
from lynchpin.solve.structure import CHOICES, Values, derived

SHARE = 0.1  # of the time that is left, for one completion
MOST = 10.0  # seconds, for one completion
NODES = 100  # instead of seconds, where no clock may decide
GAP = 0.002


@dataclass(frozen=True, eq=False, kw_only=True)
class Start:
    """What a search begins from.

    values  each variable of `CHOICES`, 0 or 1 for each row of the instance's frame; `buy`, if it is there,
            says where the tangents of scale are taken first
    known   which rows the structure could know, by variable; a variable that is left out is known throughout
    notes   of the search that found it, see `Standing`; of another study they may be worth little
    name    what it is called in messages
    """

    values: Values
    known: Mapping[str, Flags] = field(default_factory=dict[str, Flags])
    notes: Mapping[str, Vector] = field(default_factory=dict[str, Vector])
    name: str = "the start"


def begin(
    instance: Instance,
    start: Start,
    *,
    yearly: Form,
    aggregate: Callable[[], Form],
    standing: Standing,
    options: SearchOptions,
    stop: StopSignal,
) -> bool:
    """Make a start the first candidate of a search, completed where it must be; return if it was accepted.

    aggregate  returns the aggregate form, built only when it is asked for
    options    of the search: where no clock may decide, a completion ends after so many nodes
    """
    values = _allowed(instance, start.values, yearly)
    standing.take(values)
    if standing.value is not None or stop.is_set():
        return standing.value is not None
    form = aggregate()
    for free in _gaps(instance, values, start.known):
        found = _completed(form, values, free, standing=standing, options=options, stop=stop)
        if found is not None:
            standing.take(found)
        if standing.value is not None or stop.is_set():
            break
    return standing.value is not None


def _allowed(instance: Instance, values: Values, form: Form) -> dict[str, Vector]:
    """Return a structure within the limits of each choice, and what follows from it."""
    problem = form.problem
    found = {name: np.round(values[name]) for name in CHOICES}
    for name in CHOICES:
        place = form.place[name]
        found[name] = np.clip(found[name], problem.lower[place], problem.upper[place])
    whole = derived(instance, found)
    return whole | ({"buy": values["buy"]} if "buy" in values else {})


def _completed(
    form: Form,
    values: Values,
    free: Mapping[str, Flags],
    *,
    standing: Standing,
    options: SearchOptions,
    stop: StopSignal,
) -> Values | None:
    """Return the structure with its free rows decided by the aggregate form, None where there is no way."""
    problem = form.problem
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for name in CHOICES:
        place = form.place[name]
        held = np.clip(values[name], lower[place], upper[place])
        lower[place] = np.where(free[name], lower[place], held)
        upper[place] = np.where(free[name], upper[place], held)
    small = shrunk(problem, lower, upper)
    if small.problem is None:
        return None
    asked = options.solve_options(time_limit=None, gap=GAP)
    if options.deterministic:
        asked = replace(asked, nodes=NODES)
    elif standing.left is not None:
        asked = replace(asked, time_limit=min(MOST, max(SHARE * standing.left, 0.1)))
    answer = solve(small.problem, options=asked, stop=stop)
    return None if answer.x is None else form.values(small.whole(answer.x[: len(small.columns)]))


def _gaps(instance: Instance, values: Values, known: Mapping[str, Flags]) -> Iterator[dict[str, Flags]]:
    """Yield what a completion may decide: the gaps alone, then parts altogether."""
    narrow = _narrow(instance, values, known)
    yield narrow
    wide = {name: np.ones_like(narrow[name]) for name in ("use", "nominate", "open")}
    yield narrow | wide


def _narrow(instance: Instance, values: Values, known: Mapping[str, Flags]) -> dict[str, Flags]:
    """Return the gaps of a structure and what could fill them, by variable."""
    frames = instance.frames
    new = {name: ~known.get(name, np.ones(len(values[name]), dtype=np.bool_)) for name in CHOICES}
    models = frames["models"]["programme"].to_numpy()
    open_use = _unserved(instance, values, new["launched"])
    programmes = len(values["launched_programme"])
    open_programme = _unplaced(instance, values) | _any(models, new["launched"], programmes)
    touched = new["launched"] | open_programme[models]
    touched |= _any(frames["use"]["model"].to_numpy(), open_use, len(touched))
    nominate = _unsourced(instance, values, open_use) | new["nominate"]
    allocate = open_programme[frames["allocate"]["programme"].to_numpy()]
    sites = np.zeros(len(instance.names["site"]), dtype=np.bool_)
    sites[frames["nominate"]["site"].to_numpy()[nominate]] = True
    sites[frames["allocate"]["site"].to_numpy()[allocate]] = True
    return {
        "launched": touched,
        "launched_programme": _any(models, touched, programmes),
        "use": open_use,
        "nominate": nominate,
        "allocate": allocate,
        "open": new["open"] | (sites[frames["open"]["site"].to_numpy()] & (values["open"] < 0.5)),
    }


def _unserved(instance: Instance, values: Values, new: Flags) -> Flags:
    """Return the rows of `use` of a launched or new version's needs that no variant serves."""
    use = instance.frames["use"]
    model, families = use["model"].to_numpy().astype(np.int64), len(instance.names["family"])
    need = model * families + use["family"].to_numpy()
    served = _any(need, values["use"] > 0.5, len(values["launched"]) * families)
    return ~served[need] & ((values["launched"] > 0.5) | new)[model]


def _unplaced(instance: Instance, values: Values) -> Flags:
    """Return the launched programmes that no plant builds."""
    programme = instance.frames["allocate"]["programme"].to_numpy()
    launched = values["launched_programme"] > 0.5
    return launched & ~_any(programme, values["allocate"] > 0.5, len(launched))


def _unsourced(instance: Instance, values: Values, open_use: Flags) -> Flags:
    """Return the rows of `nominate` that could supply an open need, or a used variant without a supplier."""
    frames = instance.frames
    members = len(instance.names["member"])
    variant, model = frames["use"]["variant"].to_numpy().astype(np.int64), frames["use"]["model"].to_numpy()
    pair = variant * members + frames["models"]["member"].to_numpy()[model]
    rows = frames["nominate"]
    source = rows["variant"].to_numpy().astype(np.int64) * members + rows["member"].to_numpy()
    count = len(instance.names["variant"]) * members
    sourced = _any(source, values["nominate"] > 0.5, count)
    wanted = _any(pair, open_use, count) | (_any(pair, values["use"] > 0.5, count) & ~sourced)
    return wanted[source]


def _any(group: Positions, chosen: Flags, count: int) -> Flags:
    """Return whether a row of each group is chosen."""
    found = np.zeros(count, dtype=np.bool_)
    found[group[chosen]] = True
    return found
