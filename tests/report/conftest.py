"""Plans of the example tiny that the tests of the report look at; every one was really planned."""

import polars as pl
import pytest

import lynchpin
from lynchpin.plan.plan import Plan
from lynchpin.study import examples
from lynchpin.study.study import Study

HOSTILE = "</script><script>document.title='taken'</script><b>\"'&%{x}=1+1$x$"


def with_scenarios(study: Study) -> Study:
    """Return the study with a scenario in which Japan taxes batteries from France, and one of dear drives."""
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
        for table in (
            "partners",
            "brands",
            "programmes",
            "models",
            "families",
            "variants",
            "sites",
            "markets",
        )
    }
    sources = study.tables["sources"].with_columns(citation=pl.lit(HOSTILE))
    return study.replace(**tables, sources=sources).with_settings(title=HOSTILE)


@pytest.fixture(scope="session")
def tiny() -> Plan:
    """The best plan of tiny with everything to compare it with."""
    return lynchpin.plan(with_scenarios(examples.load("tiny")), what_if=("dear", "calm"))


@pytest.fixture(scope="session")
def bare() -> Plan:
    """The best plan of tiny with nothing to compare it with."""
    return lynchpin.plan(examples.load("tiny"), references=False)


@pytest.fixture(scope="session")
def hostile() -> Plan:
    """A plan of tiny whose names are an attack."""
    return lynchpin.plan(renamed(examples.load("tiny")))


@pytest.fixture(scope="session")
def cost() -> Plan:
    """The least-cost plan of tiny: demand is asked for, prices do not count."""
    return lynchpin.plan(examples.load("tiny").with_settings(objective="cost"))


@pytest.fixture(params=["tiny", "bare", "hostile", "cost"])
def any_plan(request: pytest.FixtureRequest) -> Plan:
    """Each of the plans."""
    plan: Plan = request.getfixturevalue(request.param)
    return plan
