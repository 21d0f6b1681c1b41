"""Plans of the example tiny that the tests of the report look at; both were really planned."""

from dataclasses import replace

import polars as pl
import pytest

import lynchpin
from lynchpin.plan.plan import Plan
from lynchpin.study import examples
from lynchpin.study.study import Study

NAMED = ("partners", "brands", "programmes", "models", "families", "variants", "sites", "markets")
HOSTILE = "</script><script>document.title='taken'</script><b>\"'&%{x}=1+1$x$"


def with_scenarios(study: Study) -> Study:
    """Return the study with a scenario in which Japan gets dear, and one in which nothing changes."""
    names = {"dear": "Batteries made in Japan double in price", "calm": "Nothing changes"}
    scenarios = pl.DataFrame({"scenario": list(names), "name": list(names.values())})
    changes = pl.DataFrame(
        {
            "scenario": ["dear"],
            "order": [1],
            "table": ["sites"],
            "where": ["site=parts_jp"],
            "column": ["cost_factor"],
            "operation": ["multiply"],
            "value": ["2"],
        }
    )
    return study.replace(scenarios=scenarios, changes=changes)


def renamed(study: Study) -> Study:
    """Return the study with names that try to leave their place on a page, a figure or a sheet."""
    tables = {
        table: study.tables[table].with_columns(
            name=pl.concat_str(pl.lit("=1+1"), pl.lit(HOSTILE), pl.int_range(pl.len()).cast(pl.String))
        )
        for table in NAMED
    }
    sources = study.tables["sources"].with_columns(citation=pl.lit(HOSTILE))
    return study.replace(**tables, sources=sources).with_settings(title=HOSTILE)


@pytest.fixture(scope="session")
def tiny() -> Plan:
    """Plan tiny with everything to compare it with."""
    return lynchpin.plan(with_scenarios(examples.load("tiny")), what_if=("dear", "calm"))


@pytest.fixture(scope="session")
def bare(tiny: Plan) -> Plan:
    """Leave out everything to compare the plan with."""
    return replace(tiny, references={})


@pytest.fixture(scope="session")
def hostile(tiny: Plan) -> Plan:
    """Give the plan's study names that are an attack; names decide nothing."""
    return replace(tiny, study=renamed(tiny.study))


@pytest.fixture(scope="session")
def cost() -> Plan:
    """Plan tiny at least cost: demand is asked for, prices do not count."""
    return lynchpin.plan(examples.load("tiny").with_settings(objective="cost", short_penalty=1e5))


@pytest.fixture(params=["tiny", "bare", "hostile", "cost"])
def any_plan(request: pytest.FixtureRequest) -> Plan:
    """Return each of the plans in turn."""
    plan: Plan = request.getfixturevalue(request.param)
    return plan
