"""What several commands take, described once."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
PlanHash = Annotated[
    str, typer.Option("--plan", metavar="HASH", help="Decide only if it is still this plan.")
]
Which = Annotated[
    str,
    typer.Argument(metavar="ID", help="An id, its first characters (4 or more), or a title."),
]
ToolArgument = Annotated[str, typer.Argument(metavar="TOOL", help="Such as `notion`.")]
