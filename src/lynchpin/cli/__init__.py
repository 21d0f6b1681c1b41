"""The command line: every command is a few lines over the library, and imports it only when it runs.

Exit codes: 0 done, 1 the input or the plan is not in order, 2 wrong usage, 3 stopped at a limit with a
verified plan, 4 stopped with none, 130 interrupted (the best verified plan is kept). What a command makes
goes to standard output, progress and messages to standard error.
"""

import os
import sys
from typing import Annotated

import typer

from lynchpin.cli import catalogues, plans

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Plan what an alliance of car makers shares: components, suppliers, plants, exports and launches.",
)


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the code an error arose.")] = False,
) -> None:
    """Plan what an alliance of car makers shares: components, suppliers, plants, exports and launches."""


app.add_typer(plans.commands)
app.add_typer(catalogues.commands)


def main() -> None:
    """Run the command line; an error becomes a message and an exit code."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's own threads spin on others' cores
    debug = "--debug" in sys.argv[1:2]
    try:
        app()
    except Exception as error:
        if debug:
            raise
        from lynchpin import terminal

        sys.exit(terminal.show_error(error))
