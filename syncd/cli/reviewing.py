"""What is typed about reviews; what is done is imported when it is."""

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.arguments import Json


def review(
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
    json: Json = False,
) -> int:
    """Look back on a week, a quarter or a year.

    Without --period, on the last one that is over; it is then kept as it is.
    """
    from syncd.cli.review import review as it

    return it(ctx.obj, kind, (period, out), as_json=json)
