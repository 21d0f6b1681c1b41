"""Coverage and ties of duty rows: what applies, in which period, by which rank."""

import polars as pl

from lynchpin.study import examples
from lynchpin.study.check import check
from lynchpin.study.study import Study


def duties(*rows: dict[str, object], **tables: pl.DataFrame) -> list[str]:
    """Return the errors of the example `tiny` with these duty rows instead of its own."""
    study: Study = examples.tiny().replace(tariffs=pl.DataFrame(rows, infer_schema_length=None), **tables)
    return [str(item) for item in check(study) if item.level == "error"]


def mfn(importer: str, exporter: str = "*", hs: str = "*", **cells: object) -> dict[str, object]:
    """Return a general duty row."""
    return {"importer": importer, "exporter": exporter, "hs": hs, "kind": "mfn", **cells}


def members(*countries: str, **cells: str) -> pl.DataFrame:
    """Return a bloc of these countries."""
    return pl.DataFrame([{"territory": "bloc", "country": country, **cells} for country in countries])


BOTH = [mfn("FR"), mfn("JP")]
PACT = {"agreement": ["pact"], "members": ["FR; bloc"], "rule": ["rvc"], "threshold": [0.5]}


def test_one_row_for_all_is_enough() -> None:
    """A star matches every country and heading."""
    assert not duties(mfn("*"))


def test_trade_inside_a_bloc_needs_no_row() -> None:
    """Members of one bloc trade freely while both belong to it."""
    assert not duties(mfn("XX"), territories=members("FR", "JP"))
    ended = duties(mfn("XX"), territories=members("FR", "JP", until="2026"))
    assert ended
    assert all("in 2027" in error for error in ended)


def test_a_bloc_stands_for_its_members() -> None:
    """A row that names the bloc covers the imports of its members."""
    assert not duties(mfn("bloc"), mfn("FR"), territories=members("JP"))


def test_the_more_exact_row_holds_and_does_not_tie() -> None:
    """Maker before star, longer before shorter heading, country before bloc before star."""
    exact = [mfn("FR", "JP"), mfn("FR", "bloc"), mfn("FR", hs="8703"), mfn("FR", maker="south"), *BOTH]
    assert not duties(*exact, territories=members("JP"))


def test_rows_of_one_rank_tie_where_both_apply() -> None:
    """Two blocs of one country, each with a row, leave open which one holds."""
    blocs = pl.DataFrame({"territory": ["bloc", "ring"], "country": ["JP", "JP"]})
    errors = duties(mfn("FR", "bloc"), mfn("FR", "ring"), *BOTH, territories=blocs)
    assert len(errors) == 1
    assert "tariffs.csv row 3" in errors[0]
    assert "as much as row 2" in errors[0]


def test_rows_of_different_dates_do_not_tie() -> None:
    """One row ends before the other begins."""
    assert not duties(mfn("FR", until="2026"), mfn("FR", **{"from": "2027"}), mfn("JP"))


def test_addons_of_different_names_do_not_tie() -> None:
    """They add up; those of one name compete."""
    extra = {"kind": "addon", "name": "one", "hs": "8703"}
    other = extra | {"name": "two"}
    assert not duties(*BOTH, mfn("FR") | extra, mfn("FR") | other)
    assert duties(*BOTH, mfn("FR") | extra, mfn("*", "JP") | extra) == []
    assert len(duties(*BOTH, mfn("FR", "JP") | extra, mfn("FR", "JP") | extra | {"from": "2026"})) == 1


def test_quota_rows_neither_cover_nor_tie() -> None:
    """A quota row holds in its own regime only."""
    quota = mfn("FR", name="quota", quota=10)
    assert not duties(*BOTH, quota)
    assert duties(mfn("JP"), quota)


def test_a_condition_counts_only_where_it_is_met() -> None:
    """Content of 0.6 meets a threshold of 0.5, content of 0.4 and nothing declared do not."""
    bound = [mfn("FR", condition="pact"), mfn("JP")]
    tables = {"agreements": pl.DataFrame(PACT), "territories": members("JP")}
    rows = {
        "site": ["plant_jp"] * 3 + ["parts_jp"],
        "programme": ["city", "sedan", "van", None],
        "family": [None, None, None, "battery"],
        "agreement": ["pact"] * 4,
    }
    high, low = (pl.DataFrame(rows | {"content": [content] * 4}) for content in (0.6, 0.4))
    assert not duties(*bound, **tables, origin=high)
    assert duties(*bound, **tables, origin=low)
    assert duties(*bound, **tables)


def test_the_longest_heading_of_an_agreement_decides() -> None:
    """A stricter rule for cars holds for cars, the general one for parts."""
    strict = {name: [*cells, *cells] for name, cells in PACT.items()} | {
        "hs": ["*", "8703"],
        "threshold": [0.5, 0.7],
    }
    rows = {
        "site": ["plant_jp", "plant_jp", "parts_jp"],
        "programme": ["city", "van", None],
        "family": [None, None, "battery"],
        "agreement": ["pact"] * 3,
        "content": [0.6] * 3,
    }
    errors = duties(
        mfn("FR", condition="pact"),
        mfn("JP"),
        agreements=pl.DataFrame(strict),
        territories=members("JP"),
        origin=pl.DataFrame(rows),
    )
    assert errors
    assert all("cars" in error for error in errors)
