"""What is typed about time; what is done is imported when it is."""

from typing import Annotated

import typer

from syncd.cli.arguments import Json

BlockOrTask = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="A block's id or its first characters; or its task, id or title."
    ),
]
Since = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="From this day on, such as 2026-12-24 or -3d."),
]


def schedule(  # noqa: PLR0913  # the options of a command
    ctx: typer.Context,
    *,
    weeks: Annotated[
        int, typer.Option(metavar="N", min=1, max=60, help="How many weeks to show.")
    ] = 2,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="From this day on, such as +7d."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what planning all anew would change.")
    ] = False,
    replan: Annotated[
        bool, typer.Option("--replan", help="Show that, and have the next sync do it.")
    ] = False,
    json: Json = False,
) -> int:
    """Show the coming blocks, and what does not fit and why."""
    if dry_run or replan:
        from syncd.cli.difference import replan as anew

        return anew(ctx.obj, ask=replan and not dry_run, as_json=json)
    from syncd.cli.schedule import schedule as it

    return it(ctx.obj, first, weeks, as_json=json)


def pin(ctx: typer.Context, which: BlockOrTask, *, json: Json = False) -> int:
    """Keep a block where it is.

    Of a task, its next block. Dragging it in the calendar does the same.
    """
    from syncd.cli.blocks import pin as it

    return it(ctx.obj, which, as_json=json)


def unpin(ctx: typer.Context, which: BlockOrTask, *, json: Json = False) -> int:
    """Let syncd move a block again."""
    from syncd.cli.blocks import unpin as it

    return it(ctx.obj, which, as_json=json)


def done(ctx: typer.Context, which: BlockOrTask, *, json: Json = False) -> int:
    """Say that a block took place.

    Of a task, all its blocks that wait for a word.
    """
    from syncd.cli.blocks import settle

    return settle(ctx.obj, which, done=True, as_json=json)


def missed(ctx: typer.Context, which: BlockOrTask, *, json: Json = False) -> int:
    """Say that a block did not take place.

    Its time is planned again.
    """
    from syncd.cli.blocks import settle

    return settle(ctx.obj, which, done=False, as_json=json)


def catch_up(
    ctx: typer.Context,
    *,
    since: Since = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    json: Json = False,
) -> int:
    """Begin afresh from today: let missed blocks go, and plan again.

    With --since, blocks from that day on that count as done though nobody said so are
    let go too.
    """
    from syncd.cli.leave import catch_up as it

    return it(ctx.obj, since, dry_run=dry_run, as_json=json)


def pause(
    ctx: typer.Context,
    *,
    until: Annotated[
        str, typer.Option(metavar="DATE", help="The last day, such as 2026-12-24 or +7d.")
    ],
    since: Since = None,
    json: Json = False,
) -> int:
    """Take leave: nothing is planned up to and with a day."""
    from syncd.cli.leave import pause as it

    return it(ctx.obj, until, since, as_json=json)


def resume(
    ctx: typer.Context,
    which: Annotated[
        str | None,
        typer.Argument(
            metavar="[TASK]", help="A task whose blocks you deleted: plan it again."
        ),
    ] = None,
    *,
    json: Json = False,
) -> int:
    """End your leave; or plan a task again whose blocks you deleted."""
    from syncd.cli.leave import resume as it

    return it(ctx.obj, which, as_json=json)
