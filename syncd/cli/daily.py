"""What is typed day by day; what is done is imported when it is."""

from typing import Annotated

import typer

from syncd.cli.arguments import Json, ToolArgument


def sync(
    ctx: typer.Context,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option(metavar="TOOL", help="Only this tool; may be repeated.")
    ] = None,
    json: Json = False,
) -> int:
    """Run one cycle now.

    It reads all tools, merges what changed, and writes what is missing.
    """
    from syncd.cli import preview
    from syncd.cli import sync as it

    do = preview.dry_run if dry_run else it.sync
    return do(ctx.obj, only or [], as_json=json)


def run(
    ctx: typer.Context,
    *,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log JSON lines, as under a supervisor.")
    ] = False,
) -> int:
    """Run the daemon, until it is stopped."""
    from syncd.cli.run import run as it

    return it(ctx.obj, log_json=log_json)


def status(ctx: typer.Context, *, json: Json = False) -> int:
    """Show how each tool does, and what to do next."""
    from syncd.cli.status import status as it

    return it(ctx.obj, as_json=json)


def connectors(ctx: typer.Context, *, json: Json = False) -> int:
    """List the connectors that are installed."""
    from syncd.cli.tools import connectors as it

    return it(ctx.obj, as_json=json)


def auth(ctx: typer.Context, tool: ToolArgument) -> int:
    """Sign in to a tool, or see whether its token works.

    No browser is needed on this machine.
    """
    from syncd.cli.tools import auth as it

    return it(ctx.obj, tool)
