"""The sums of lending for scripts: JSON in, JSON out, no database."""

import json
import sys
from collections.abc import Callable

import typer

from api.http import strict
from contracts import calculators

app = typer.Typer(
    help="Sums of lending: JSON on standard input, JSON on standard output.",
    no_args_is_help=True,
)


def _command(name: str) -> Callable[[], None]:
    def run() -> None:
        request = strict.parse(sys.stdin.buffer.read(strict.MAX_JSON_BYTES + 1))
        typer.echo(json.dumps(calculators.calculate(name, request), indent=2))

    run.__doc__ = calculators.CALCULATORS[name].__doc__
    return run


for _name in calculators.CALCULATORS:
    app.command(_name)(_command(_name))
