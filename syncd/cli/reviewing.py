"""What is typed about reviews; what is done is imported when it is."""

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.arguments import Json


def review(  # noqa: PLR0913  # the options of a command
    ctx: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="weekly, quarterly or annual.")
    ] = "weekly",
    *,
    period: Annotated[
        str | None,
        typer.Option(metavar="P", help="Such as 2026-W47, 2026-Q4 or 2026; else the last."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write it to files in this folder.")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Mail it now to whoever has no copy yet.")
    ] = False,
    json: Json = False,
) -> int:
    """Look back on a week, a quarter or a year.

    Without --period, on the last one that is over; it is then kept as it is.
    """
    from syncd.cli.review import Asked
    from syncd.cli.review import review as it

    return it(ctx.obj, kind, Asked(period=period, out=out, send=send), as_json=json)
