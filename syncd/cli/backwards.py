"""What shows the past and takes back; what is done is imported when it is."""

from typing import Annotated

import typer

from syncd.cli.arguments import Json, PlanHash, ToolArgument, Which


def history(
    ctx: typer.Context,
    which: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Only of this entity: id or title.")
    ] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many changes, at most.")] = 30,
    cycle: Annotated[
        str | None, typer.Option(metavar="CYCLE", help="Only of this cycle, such as c12.")
    ] = None,
    json: Json = False,
) -> int:
    """List what changed in the plan, newest first."""
    from syncd.cli.past import Wanted
    from syncd.cli.past import history as it

    return it(ctx.obj, Wanted(which=which, cycle=cycle, limit=limit), as_json=json)


def conflicts(
    ctx: typer.Context,
    *,
    take: Annotated[
        int | None, typer.Option(metavar="N", help="Take the value that lost after all.")
    ] = None,
    keep: Annotated[
        int | None, typer.Option(metavar="N", help="Agree with the value that won.")
    ] = None,
    json: Json = False,
) -> int:
    """List the values that lost, or take one after all.

    Where two tools changed the same thing since they last agreed, one value wins and
    the other is kept here.
    """
    from syncd.cli import conflicts as it

    if take is not None:
        return it.take(ctx.obj, take)
    if keep is not None:
        return it.keep(ctx.obj, keep)
    return it.conflicts(ctx.obj, as_json=json)


def why(ctx: typer.Context, which: Which, *, json: Json = False) -> int:
    """Tell who set each field, when, and what it beat.

    And where it all lives.
    """
    from syncd.cli.why import why as it

    return it(ctx.obj, which, as_json=json)


def undo(
    ctx: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="CHANGE|CYCLE",
            help="A change by its number (57), or a cycle with a c (c12), as in `syncd history`.",
        ),
    ],
) -> int:
    """Take back a change, or a whole cycle.

    What was edited since stays, and is listed.
    """
    from syncd.cli.back import undo as it

    return it(ctx.obj, what)


def restore(ctx: typer.Context, which: Which) -> int:
    """Bring back what was deleted, in every tool."""
    from syncd.cli.back import restore as it

    return it(ctx.obj, which)


def approve(ctx: typer.Context, tool: ToolArgument, *, plan: PlanHash = "") -> int:
    """Accept what a held tool is held for, once."""
    from syncd.cli.decide import approve as it

    return it(ctx.obj, tool, plan)


def reject(ctx: typer.Context, tool: ToolArgument, *, plan: PlanHash = "") -> int:
    """Refuse what a held tool is held for.

    The plan's side is restored there.
    """
    from syncd.cli.decide import reject as it

    return it(ctx.obj, tool, plan)
