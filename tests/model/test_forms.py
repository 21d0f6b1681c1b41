"""Both forms of the model: values worked by hand, and the aggregate form never below the yearly one."""

import numpy as np
import pytest

from lynchpin.model.build import STRUCTURE, arrays, build, chosen, fix
from lynchpin.model.instance import Instance
from lynchpin.model.instance import compile as compile_study
from lynchpin.model.lifting import Aggregate
from lynchpin.model.scale import ScaleOptions
from lynchpin.model.slots import first, refine
from lynchpin.study import examples, freight
from tests.model.solving import solved
from tests.oracle.whole import answer
from tests.studies import Size, random_study

BY_HAND = {"alliance": 314.21e6, "partner": 245.809e6, "brand": 245.809e6, "model": 209.809e6}
SCOPES = ("alliance", "partner", "brand", "model")


def compiled(seed: int, *, periods: int = 4) -> Instance:
    """Return a random study's instance; the scope goes round with the seed, every fifth one is as-is."""
    study = random_study(seed, size=Size(periods=periods))
    return (
        compile_study(study, as_is=True) if seed % 5 == 4 else compile_study(study, sharing=SCOPES[seed % 5])
    )


@pytest.mark.parametrize("form", ["yearly", "aggregate"])
@pytest.mark.parametrize("scope", SCOPES)
def test_tiny_is_worth_what_its_readme_works_out(scope: str, form: str) -> None:
    """Both forms give the value of each scope; volumes of the best plan are ends of chords."""
    instance = compile_study(freight.complete(examples.tiny()), sharing=scope)
    assert solved(build(instance, form=form)).contribution == pytest.approx(BY_HAND[scope], abs=1)


def test_today_of_tiny_is_worth_what_its_readme_works_out() -> None:
    """The as-is structure has its value by hand."""
    instance = compile_study(freight.complete(examples.tiny()), as_is=True)
    assert solved(build(instance)).contribution == pytest.approx(139.18e6, abs=1)


@pytest.mark.parametrize("seed", range(25))
def test_the_yearly_form_agrees_with_the_oracle(seed: int) -> None:
    """With chords that end at the oracle's volumes the yearly optimum is the oracle's, in every scope."""
    study = random_study(seed)
    scope = {"as_is": True} if seed % 5 == 4 else {"sharing": SCOPES[seed % 5]}
    best = answer(study, **scope)
    breaks = {pair: (volume,) for pair, volume in best.volumes.items()}
    found = solved(
        build(compile_study(study, **scope), scale_options=ScaleOptions(error=1e-5, breaks=breaks))
    )
    assert found.contribution >= best.low - 1e-6 * abs(best.low) - 1
    assert found.contribution == pytest.approx(best.high, rel=2e-3, abs=1e5)


@pytest.mark.parametrize("seed", range(20))
def test_a_yearly_plan_fits_every_row_of_the_aggregate_form(seed: int) -> None:
    """Any yearly plan, summed to slots, satisfies the lifted rows and costs no more than it did."""
    instance = compiled(seed)
    dice = np.random.default_rng(seed)
    slots = first(instance, tolerance=10.0)
    peaks = [(family, int(dice.integers(len(instance.periods)))) for family in range(len(slots.block))]
    slots = refine(instance, slots, critical=peaks)
    yearly, aggregate = build(instance), build(instance, form="aggregate", slots=slots)
    problem, target = arrays(yearly), arrays(aggregate)
    assert np.isfinite(problem.upper).all()
    costs = dice.normal(size=len(problem.cost)) * (1 + np.abs(problem.cost))
    x = solved(yearly, type(problem)(**{**vars(problem), "cost": costs})).x
    lifted = np.zeros(len(target.cost))
    form = Aggregate.of(instance, slots)
    for name, place in target.position.items():
        if name in ("buy", "buy_peak"):
            parts = form.blocks if name == "buy" else form.peaks
            inside = parts.group >= 0
            flow = (x[problem.position["buy"]] * parts.weight)[inside]
            lifted[place] = np.bincount(parts.group[inside], flow, minlength=parts.frame.height)
        else:
            lifted[place] = x[problem.position[name]]
    rows = target.matrix @ lifted
    assert (rows <= target.row_upper + 1e-5).all()
    assert (rows >= target.row_lower - 1e-5).all()
    assert target.cost @ lifted <= problem.cost @ x + 1e-5 * (1 + abs(problem.cost @ x))


@pytest.mark.parametrize("seed", [10, 12, 63, 85])
def test_a_structure_found_in_one_form_is_valued_in_the_other(seed: int) -> None:
    """The aggregate's structure, fixed in the yearly form, is feasible and worth no more than the bound."""
    instance = compiled(seed)
    aggregate, yearly = build(instance, form="aggregate"), build(instance)
    found = solved(aggregate)
    structure = chosen(aggregate, found.x, found.problem)
    assert set(structure) == set(STRUCTURE)
    value = solved(yearly, fix(arrays(yearly), structure)).contribution
    assert value <= found.bound + 1e-6 * abs(found.bound)
    assert value == pytest.approx(found.bound, rel=0.05)


def test_tangents_never_say_too_much_and_are_exact_where_they_touch() -> None:
    """Valued at a tangent elsewhere, a structure is worth less; at its own volumes, exactly its worth."""
    instance = compile_study(freight.complete(examples.tiny()))
    built = build(instance)
    found = solved(built)
    structure = chosen(built, found.x, found.problem)
    values = []
    for volume in (15_000.0, 40_000.0):
        tangent = build(instance, scale_options=ScaleOptions(tangents={("common_50", "alliance"): volume}))
        values.append(solved(tangent, fix(arrays(tangent), structure)).contribution)
    assert values[0] < values[1] - 1e6
    assert values[1] == pytest.approx(BY_HAND["alliance"], abs=1)
