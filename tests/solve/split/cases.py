"""Forms, points and exact arithmetic that the tests of the split method share."""

import math
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any, cast

import numpy as np

import lynchpin
from lynchpin.model.instance import compile as compile_study
from lynchpin.solve import Problem, Solution, SolveOptions, Status, solve_here
from lynchpin.solve.contracts import Vector
from lynchpin.solve.forms import Form
from lynchpin.solve.split.blocks import Blocks, owners
from lynchpin.study import freight
from tests.studies import random_study

EXACT = SolveOptions(gap=0.0, close=1e-9, threads=1)
ROUNDING = 1e-7  # relative distance of two values of one optimum
SEEDS = (0, 2, 5)


@cache
def form_of(seed: int, peaks: bool = True) -> Form:
    """Return the aggregate form of a random study."""
    study = freight.complete(random_study(seed))
    return Form.aggregate(compile_study(study), peaks=peaks)


@cache
def ladder_form(size: int) -> Form:
    """Return the aggregate form of a small rung of the ladder."""
    return Form.aggregate(compile_study(lynchpin.examples.ladder(size)))


def blocks_of(form: Form) -> Blocks:
    """Return the blocks of a form with all of its rows."""
    return Blocks.of(form.problem, owners(form.built, form.place, len(form.problem.cost)))


def relaxed(problem: Problem) -> Problem:
    """Return the problem without integrality."""
    return replace(problem, integer=np.zeros_like(problem.integer))


def best(problem: Problem) -> Solution:
    """Solve to the end; a problem without columns is what its offset and its rows say."""
    if len(problem.cost):
        return solve_here(problem, options=EXACT)
    holds = (problem.row_lower <= 1e-6).all() and (problem.row_upper >= -1e-6).all()
    status = Status.OPTIMAL if holds else Status.INFEASIBLE
    x = np.zeros(0) if holds else None
    value = problem.offset if holds else math.inf
    return Solution(status=status, x=x, objective=value, bound=value)


@cache
def feasible_point(form: Form, seed: int) -> Vector:
    """Return a point of the form that its rows allow and that nothing else recommends."""
    problem = form.problem
    drawn = np.random.default_rng(seed).normal(size=len(problem.cost)) * np.abs(problem.cost)
    span = np.where(np.isfinite(problem.upper), 1.0, 0.0)
    found = best(replace(problem, cost=np.where(span > 0, drawn, np.abs(drawn)) + 0.1 * problem.cost))
    assert found.x is not None, found
    return found.x


def exact_bound(problem: Problem, duals: Vector) -> float:
    """Return L(y) in fractions, straight from its formula, as the nearest number or -inf."""
    table = cast(Any, problem.matrix).tocoo()
    y = [
        Fraction(0)
        if not math.isfinite(one) or (one > 0 and low == -math.inf) or (one < 0 and high == math.inf)
        else Fraction(one)
        for one, low, high in zip(duals, problem.row_lower, problem.row_upper, strict=True)
    ]
    total = Fraction(problem.offset)
    for one, low, high in zip(y, problem.row_lower, problem.row_upper, strict=True):
        total += one * Fraction(low if one > 0 else high) if one else 0
    reduced = [Fraction(one) for one in problem.cost]
    for row, column, entry in zip(*table.coords, table.data, strict=True):
        reduced[column] -= y[row] * Fraction(entry)
    for rate, low, high in zip(reduced, problem.lower, problem.upper, strict=True):
        at = low if rate > 0 else high
        if rate and not math.isfinite(at):
            return -math.inf
        total += rate * Fraction(at) if rate else 0
    return float(total)
