"""Commands about studies and plans."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lynchpin.cli.arguments import Json, PlanPlace, StudyPlace

commands = typer.Typer()

_CHANGED = ("time_limit", "gap", "threads", "executor")
"""Options that may go with --resume."""


@commands.command()
def new(
    place: Annotated[Path, typer.Argument(metavar="DIR", help="New folder, or a workbook DIR.xlsx.")],
    example: Annotated[str, typer.Option(help="alliance, tiny or ladder.")] = "alliance",
    size: Annotated[
        int | None, typer.Option(metavar="N", help="Ladder: number of versions, 4 to 200; 30 unless given.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Ladder: seed; 0 unless given.")] = None,
    scale: Annotated[bool, typer.Option("--scale", help="Ladder: costs fall with volume.")] = False,
    optimum: Annotated[
        bool | None,
        typer.Option(
            "--optimum/--no-optimum",
            help="Ladder up to size 15: write the proven optimum too; up to size 6 it is unless refused.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Write an example study to start from."""
    from lynchpin import api, terminal

    with terminal.Watch(quiet=quiet) as watch:
        api.write_example(
            example,
            place,
            size=size,
            seed=seed,
            scale=scale,
            optimum=optimum,
            on_progress=watch.progress,
            stop=watch.stop,
        )
    terminal.say(f"Wrote the study {example} to {place}. Next: lynchpin check {place}")


@commands.command()
def check(study: StudyPlace, json: Json = False) -> None:
    """List everything that is wrong, or looks wrong, in a study."""
    from lynchpin import api, terminal

    findings = api.check(study)
    terminal.show_findings(findings, json=json)
    raise typer.Exit(int(any(finding.level == "error" for finding in findings)))


@commands.command()
def plan(
    context: typer.Context,
    study: Annotated[
        Path | None,
        typer.Argument(metavar="STUDY", help="Folder or workbook (.xlsx) of a study; not with --resume."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="PLAN", help="Folder of the plan.")
    ] = None,
    time_limit: Annotated[
        float, typer.Option(metavar="S", help="Seconds for each plan that is made.")
    ] = 300.0,
    gap: Annotated[float, typer.Option(metavar="R", help="Proven relative gap to stop at.")] = 0.005,
    method: Annotated[str, typer.Option(help="auto, aggregate, split or yearly.")] = "auto",
    sharing: Annotated[str, typer.Option(help="alliance, partner, brand or model.")] = "alliance",
    as_is: Annotated[bool, typer.Option("--as-is", help="Value today's structure.")] = False,
    scenario: Annotated[str | None, typer.Option(metavar="NAME", help="Plan for this scenario.")] = None,
    what_if: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Plan this scenario too; may be repeated.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(metavar="PLAN", help="Plan to begin from, of this study or of one a little different."),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="PLAN",
            help="Go on with a run that was cut off, from the folder of its plan; of the other options only "
            "--time-limit, --gap, --threads and --executor may go with it.",
        ),
    ] = None,
    executor: Annotated[
        str | None,
        typer.Option(metavar="dask:ADDRESS", help="Cluster that solves the tasks of the method split."),
    ] = None,
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="Let no clock decide: the same plan every time, later.")
    ] = False,
    references: Annotated[
        bool, typer.Option(help="Plan every partner alone, and as it is, to compare.")
    ] = True,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of everything random.")] = 0,
    threads: Annotated[int, typer.Option(metavar="N", help="Threads, or processes, of the solver.")] = 2,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
    json: Json = False,
) -> None:
    """Plan a study, verify the plan and write it."""
    from lynchpin import api, terminal

    place = _place(context, study, output, resume)
    with terminal.Watch(quiet=quiet) as watch:
        told: dict[str, Any] = {
            "on_progress": watch.progress,
            "on_message": watch.message,
            "stop": watch.stop,
        }
        if resume is not None:
            changed = {name: context.params[name] for name in _given(context) if name in _CHANGED}
            made = api.resume(resume, **changed, **told)
        else:
            made = api.plan_to(
                study or place,
                place,
                method=method,
                sharing=sharing,
                as_is=as_is,
                scenario=scenario,
                what_if=tuple(what_if or ()),
                time_limit=time_limit,
                gap=gap,
                threads=threads,
                seed=seed,
                references=references,
                start=start,
                executor=executor,
                deterministic=deterministic,
                **told,
            )
    terminal.show_summary(made, json=json)
    terminal.say(f"Wrote the plan to {place}.")
    raise typer.Exit({"optimal": 0, "feasible": 3, "interrupted": 130}[made.status])


def _given(context: typer.Context) -> list[str]:
    """Return the parameters that stand on the command line."""
    return [
        name
        for name in context.params
        if getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"
    ]


def _place(context: typer.Context, study: Path | None, output: Path | None, resume: Path | None) -> Path:
    """Return the folder of the plan; raises BadParameter for what does not go together."""
    if resume is None:
        if study is None:
            raise typer.BadParameter("name a study, or with --resume the folder of a run that was cut off")
        return output or Path(f"{study.resolve().stem}-plan")
    others = sorted(set(_given(context)) - {*_CHANGED, "resume", "quiet", "json"})
    if others:
        names = ", ".join("STUDY" if name == "study" else f"--{name.replace('_', '-')}" for name in others)
        raise typer.BadParameter(f"--resume has the study and its options from the folder; leave out {names}")
    return resume


@commands.command()
def verify(
    plan: PlanPlace,
    rules: Annotated[bool, typer.Option("--rules", help="List every rule, not only broken ones.")] = False,
    json: Json = False,
) -> None:
    """Recompute everything in a plan without the model."""
    from lynchpin import api, terminal

    verification = api.verify(plan)
    terminal.show_verification(verification, rules=rules, json=json)
    raise typer.Exit(int(not all(part.ok for part in verification.values())))


@commands.command()
def show(
    plan: PlanPlace,
    table: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="A table of the plan, or `duty`.")
    ] = None,
    names: Annotated[list[str] | None, typer.Argument(metavar="[MODEL MARKET]", help="With `duty`.")] = None,
    json: Json = False,
) -> None:
    """Show a plan's summary, one of its tables, or which tariff rows make a duty (duty MODEL MARKET)."""
    from lynchpin import api, terminal

    stored = api.load_plan(plan)
    if table is None:
        terminal.show_summary(stored, json=json)
    elif table == "duty":
        if names is None or len(names) != 2:
            raise typer.BadParameter("duty needs a model and a market: lynchpin show PLAN duty MODEL MARKET")
        model, market = names
        terminal.show_table(api.explain_duty(stored, model=model, market=market), json=json)
    elif names:
        raise typer.BadParameter(f"a table takes no more names, found {' '.join(names)}")
    else:
        terminal.show_table(stored.table(table), json=json)


@commands.command()
def report(
    plan: PlanPlace,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE.html", help="The page.")
    ] = None,
) -> None:
    """Write one self-contained page about a plan that opens offline."""
    from lynchpin import api, terminal

    page = api.load_plan(plan).report(output or plan.resolve().with_name(f"{plan.resolve().name}.html"))
    terminal.say(f"Wrote the report to {page}.")


@commands.command()
def compare(plans: Annotated[list[Path], typer.Argument(metavar="PLAN PLAN...")], json: Json = False) -> None:
    """Show what moved between plans, why and by how much: each against the first."""
    from lynchpin import api, terminal
    from lynchpin.report.bridge import bridge

    if len(plans) < 2:
        raise typer.BadParameter("name two plans or more")
    first, *others = (api.load_plan(path) for path in plans)
    found = {
        str(path): (api.compare(first, other), bridge(first, other))
        for path, other in zip(plans[1:], others, strict=True)
    }
    terminal.show_comparisons(found, json=json)


@commands.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="STUDY|PLAN")],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="Folder, or workbook (.xlsx).")],
) -> None:
    """Turn a study's folder into a workbook or back, or a plan into a workbook."""
    from lynchpin import api, terminal

    terminal.say(f"Wrote {api.convert(source, output)}.")


@commands.command()
def template(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="Workbook (.xlsx) to write.")],
) -> None:
    """Write an empty workbook with every table, its columns and notes on them."""
    from lynchpin import api, terminal

    api.write_template(output)
    terminal.say(f"Wrote the template to {output}.")


@commands.command()
def freight(
    study: StudyPlace,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="OUT", help="Another place than the study itself."),
    ] = None,
) -> None:
    """Compute the lanes that a study does not give and freeze them into it."""
    from lynchpin import api, terminal

    added = api.freeze_freight(study, output or study)
    terminal.say(f"Wrote {added} computed lanes into {output or study}.")
