"""The command line: every command is a few lines over the library, and imports it only when it runs.

Exit codes: 0 done, 1 the input or the plan is not in order, 2 wrong usage, 3 stopped at a limit with a
verified plan, 4 stopped with none, 130 interrupted (the best verified plan is kept). What a command makes
goes to standard output, progress and messages to standard error.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Plan what an alliance of car makers shares: components, suppliers, plants, exports and launches.",
)

StudyPlace = Annotated[Path, typer.Argument(metavar="STUDY", help="Folder or workbook (.xlsx) of a study.")]
PlanPlace = Annotated[Path, typer.Argument(metavar="PLAN", help="Folder of a plan.")]
_CHANGED = ("time_limit", "gap", "threads", "executor")
"""Options that may go with --resume."""

Json = Annotated[bool, typer.Option("--json", help="Print machine-readable output.")]


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the code an error arose.")] = False,
) -> None:
    """Plan what an alliance of car makers shares: components, suppliers, plants, exports and launches."""


@app.command()
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


@app.command()
def check(study: StudyPlace, json: Json = False) -> None:
    """List everything that is wrong, or looks wrong, in a study."""
    from lynchpin import api, terminal

    findings = api.check(study)
    terminal.show_findings(findings, json=json)
    raise typer.Exit(int(any(finding.level == "error" for finding in findings)))


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="STUDY|PLAN")],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="Folder, or workbook (.xlsx).")],
) -> None:
    """Turn a study's folder into a workbook or back, or a plan into a workbook."""
    from lynchpin import api, terminal

    terminal.say(f"Wrote {api.convert(source, output)}.")


@app.command()
def template(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="Workbook (.xlsx) to write.")],
) -> None:
    """Write an empty workbook with every table, its columns and notes on them."""
    from lynchpin import api, terminal

    api.write_template(output)
    terminal.say(f"Wrote the template to {output}.")


@app.command()
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


@app.command()
def duplicates(
    places: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[A B... | STUDY]", help="Catalogues (.csv, .xlsx), or one study."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="What the columns mean (.csv, .xlsx); proposed if it does not exist."
        ),
    ] = None,
    accept_proposal: Annotated[
        bool, typer.Option("--accept-proposal", help="Take a mapping whose rows are not confirmed.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="DIR|FILE.xlsx", help="Where to write what was found."),
    ] = None,
    apply: Annotated[
        Path | None,
        typer.Option(metavar="DIR|FILE.xlsx", help="Carry out the decisions in an earlier output."),
    ] = None,
    tolerance: Annotated[
        float, typer.Option(metavar="R", help="Relative difference that still counts as the same.")
    ] = 0.01,
    reach: Annotated[
        float, typer.Option(metavar="R", help="How much better a part may be that takes another's place.")
    ] = 0.10,
    rounding: Annotated[
        float, typer.Option(metavar="R", help="Relative difference that another unit makes.")
    ] = 0.0005,
    part_number_cost: Annotated[
        float | None,
        typer.Option(metavar="M", help="Yearly cost of a part number; 1,000 for EUR, USD, GBP and CHF."),
    ] = None,
    json: Json = False,
) -> None:
    """Find parts that do the same job in several catalogues, and what merging them saves."""
    from lynchpin import api, terminal
    from lynchpin.catalogue.duplicates_run import is_study, write_mapping

    if apply is not None:
        merged = api.apply_duplicates(apply)
        place = merged.write(output or apply.with_name(f"{apply.stem}-merged{apply.suffix}"))
        terminal.show_table(merged.replacements, json=json)
        count = merged.replacements.height
        terminal.say(f"Wrote to {place}. Parts replaced: {count}. Groups undecided: {merged.undecided}.")
        return
    sources = tuple(places or ())
    mapped = accept_proposal or (mapping is not None and mapping.exists())
    if sources and not mapped and not any(is_study(source) for source in sources):
        place = write_mapping(sources, mapping or Path("mapping.csv"))
        terminal.say(
            f"Wrote a proposal to {place}. Look at each row, write yes into its column confirmed, then run:\n"
            f"lynchpin duplicates {' '.join(map(str, sources))} --mapping {place}"
        )
        raise typer.Exit(1)
    found = api.duplicates(
        *sources,
        mapping=mapping,
        accept_proposal=accept_proposal,
        tolerance=tolerance,
        reach=reach,
        rounding=rounding,
        part_number_cost=part_number_cost,
    )
    for finding in found.findings:
        terminal.say(str(finding))
    place = found.write(output or Path("duplicates"))
    terminal.show_table(found.summary, json=json)
    terminal.say(f"Wrote to {place}. Groups found: {found.groups.height}.")


@app.command()
def design(
    study: StudyPlace,
    family: Annotated[str | None, typer.Option(metavar="F", help="Only this family.")] = None,
    at_most: Annotated[int | None, typer.Option(metavar="P", help="Most specifications of a family.")] = None,
    new: Annotated[bool, typer.Option(help="Design specifications that no variant has.")] = True,
    engineering: Annotated[
        float | None,
        typer.Option(metavar="M", help="Millions for a new one; otherwise the median of its family."),
    ] = None,
    platform: Annotated[
        bool, typer.Option("--platform", help="Let a specification serve one platform only.")
    ] = False,
    candidates: Annotated[bool, typer.Option(help="Count candidate programmes and versions.")] = True,
    frontier: Annotated[int, typer.Option(metavar="N", help="Most points of the frontier.")] = 12,
    time_limit: Annotated[float, typer.Option(metavar="S", help="Seconds for each family.")] = 60.0,
    write: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the study with what was designed.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE.html", help="Page with the figures.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of everything random.")] = 0,
    threads: Annotated[int, typer.Option(metavar="N", help="Threads of the engine.")] = 2,
    json: Json = False,
) -> None:
    """Design common specifications: which to have, who uses which, and what it saves."""
    from lynchpin import api, terminal

    found = api.design(
        study,
        family=family,
        at_most=at_most,
        new=new,
        engineering=engineering,
        platform=platform,
        candidates=candidates,
        frontier=frontier,
        time_limit=time_limit,
        seed=seed,
        threads=threads,
    )
    terminal.show_designs(found, json=json)
    if write is not None:
        terminal.say(f"Wrote the study to {api.write_study(found.written(), write)}.")
    if output is not None:
        terminal.say(f"Wrote the figures to {api.write_designs_page(found, output)}.")


@app.command()
def commonality(
    place: Annotated[Path, typer.Argument(metavar="STUDY|PLAN", help="A study, or the folder of a plan.")],
    table: Annotated[
        str | None,
        typer.Argument(metavar="[TABLE]", help="indices, part_numbers, likeness, pairs or components."),
    ] = None,
    visible: Annotated[
        list[str] | None,
        typer.Option(metavar="FAMILY=SHARE", help="How much customers see of a family; may be repeated."),
    ] = None,
    json: Json = False,
) -> None:
    """Show how common parts are: indices, part numbers and their cost, and what brands share."""
    from lynchpin import api, terminal

    found = api.commonality(place, visible=terminal.shares(visible or []))
    terminal.show_commonality(found, table, json=json)


@app.command()
def locate(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Location file: simple, OR-Library cap or pmed.")
    ],
    at_most: Annotated[int | None, typer.Option(metavar="P", help="Open at most so many.")] = None,
    exactly: Annotated[int | None, typer.Option(metavar="P", help="Open exactly so many.")] = None,
    gap: Annotated[float, typer.Option(metavar="R", help="Proven relative gap to stop at.")] = 0.0,
    time_limit: Annotated[float, typer.Option(metavar="S", help="Seconds at most.")] = 300.0,
    threads: Annotated[int, typer.Option(metavar="N", help="Threads of the engine.")] = 2,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of everything random.")] = 0,
    certificate: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write a certificate of value and bound.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(metavar="CERT", help="Check a certificate instead of solving.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
    json: Json = False,
) -> None:
    """Solve a published location file with proof, or check the certificate of one."""
    from lynchpin import terminal
    from lynchpin.catalogue import location_file as files
    from lynchpin.catalogue.location import LocateOptions

    if check is not None:
        judged = files.check_file(file, check)
        terminal.show_words(str(judged), judged.as_dict(), json=json)
        raise typer.Exit(int(not judged.ok))
    with terminal.Watch(quiet=quiet) as watch:
        found = files.locate_file(
            file,
            at_most=at_most,
            exactly=exactly,
            options=LocateOptions(gap=gap, time_limit=time_limit, threads=threads, seed=seed),
            certificate=certificate,
            on_progress=watch.locating,
            stop=watch.stop,
        )
    terminal.show_words(str(found), found.as_dict(), json=json)
    if found.certificate is not None:
        terminal.say(f"Wrote the certificate to {found.certificate}.")
    raise typer.Exit({"optimal": 0, "feasible": 3}.get(found.location.status, 4))


def main() -> None:
    """Run the command line; an error becomes a message and an exit code."""
    debug = "--debug" in sys.argv[1:2]
    try:
        app()
    except Exception as error:
        if debug:
            raise
        from lynchpin import terminal

        sys.exit(terminal.show_error(error))
