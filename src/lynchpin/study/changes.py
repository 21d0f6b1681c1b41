"""Scenarios: a study with a named set of changes applied."""

import polars as pl

from lynchpin.errors import InputError, StudyError
from lynchpin.study.change_rows import PROTECTED, changed_study
from lynchpin.study.check import raw_of, understand
from lynchpin.study.raw import Place
from lynchpin.study.study import Study
from lynchpin.study.words import listed, nearest


def apply_scenario(study: Study, name: str) -> Study:
    """Return the study with the changes of a scenario made, without its tables `scenarios` and `changes`.

    Raises StudyError where the study has no such scenario, and InputError with all findings where a change
    matches nothing or the changed study is not in order.
    """
    known = study.tables["scenarios"]["scenario"].drop_nulls().to_list()
    if name not in known:
        near = nearest(name, known)
        cure = f"Did you mean {near!r}?" if near else "Add it to scenarios and changes."
        have = f"; it has {listed(known)}" if known else ""
        raise StudyError(f"the study has no such scenario{have}", thing="scenario", value=name, cure=cure)
    changed, findings = changed_study(study, name, Place("changes.csv"))
    if findings:
        raise InputError(findings)
    bare = Study(changed.settings, *_without(changed))
    _, findings = understand(raw_of(bare))
    if any(finding.level == "error" for finding in findings):
        raise InputError([finding for finding in findings if finding.level == "error"])
    return bare


def _without(study: Study) -> tuple[dict[str, pl.DataFrame], frozenset[str]]:
    tables = {name: frame.clear() if name in PROTECTED else frame for name, frame in study.tables.items()}
    return tables, study.given - frozenset(PROTECTED)
