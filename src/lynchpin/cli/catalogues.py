"""Commands about catalogues of parts: duplicates, common specifications, commonality, location."""

from pathlib import Path
from typing import Annotated

import typer

from lynchpin.cli.arguments import Json, StudyPlace

commands = typer.Typer()


@commands.command()
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


@commands.command()
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


@commands.command()
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


@commands.command()
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
