"""What needs no account; what is done is imported when it is."""

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.arguments import Json


def sandbox(
    ctx: typer.Context,
    *,
    directory: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Where their files go.")
    ] = None,
    port_base: Annotated[
        int,
        typer.Option(metavar="N", min=0, max=65000, help="First port; 0: any that is free."),
    ] = 0,
) -> int:
    """Start local sandboxes of the three services.

    For trying things without an account. Settings that point there are written.
    """
    from syncd.cli.sandbox import sandbox as it

    return it(ctx.obj, directory, port_base)


def demo(
    ctx: typer.Context,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="End when everything agrees, instead of staying.")
    ] = False,
    directory: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Where its files go.")
    ] = None,
    json: Json = False,
) -> int:
    """Show it all on local sandboxes, without an account."""
    from syncd.cli.demo import demo as it

    return it(ctx.obj, directory, once=once, as_json=json)
