"""The command ``syncd``: what can be typed, and its entry point."""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from syncd.cli import backwards, daily, planning, reviewing, scheduling, trying
from syncd.cli import errors
from syncd.cli.session import Session

GLOBAL = {"--config": True, "--no-color": False}
"""Options that may stand anywhere, and whether each takes a value."""

app = typer.Typer(
    name="syncd",
    help="Keeps one plan of your career in step with Notion, Google Calendar and Todoist.",
    epilog="Begin with `syncd demo`, which needs no account, or with `syncd plan import`.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
plan_app = typer.Typer(help="See, check, import and export the plan.", rich_markup_mode=None)
app.add_typer(plan_app, name="plan")


@app.callback(invoke_without_command=True)
def options(
    ctx: typer.Context,
    *,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The settings file; else $SYNCD_CONFIG, else yours."),
    ] = None,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="No colours, as with $NO_COLOR.")
    ] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> int:
    """Take the options that all commands share."""
    session: Session = ctx.obj
    session.config, session.no_color = config, no_color
    return _or_help(ctx, version=version)


@plan_app.callback(invoke_without_command=True)
def plan_options(ctx: typer.Context) -> int:
    """See, check, import and export the plan."""
    return _or_help(ctx)


def _or_help(ctx: typer.Context, *, version: bool = False) -> int:
    if version:
        from importlib.metadata import version as version_of

        sys.stdout.write(f"syncd {version_of('syncd')}\n")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        sys.stdout.write(f"{ctx.get_help()}\n")
    return 0


_COMMANDS: tuple[Callable[..., int], ...] = (
    daily.sync,
    daily.run,
    daily.status,
    scheduling.schedule,
    scheduling.done,
    scheduling.missed,
    scheduling.pin,
    scheduling.unpin,
    scheduling.catch_up,
    scheduling.pause,
    scheduling.resume,
    reviewing.review,
    backwards.history,
    backwards.conflicts,
    backwards.why,
    backwards.undo,
    backwards.restore,
    backwards.approve,
    backwards.reject,
    daily.connectors,
    daily.auth,
    trying.sandbox,
    trying.demo,
)
for command in _COMMANDS:
    app.command()(command)
plan_app.command("show")(planning.plan_show)
plan_app.command("import")(planning.plan_import)
plan_app.command("export")(planning.plan_export)
plan_app.command("check")(planning.plan_check)
plan_app.command("milestones")(planning.plan_milestones)
plan_app.command("achievements")(planning.plan_achievements)


def main() -> None:
    """Run what this process was started for, and end it."""
    session = Session()
    sys.excepthook = errors.Unexpected(session)
    errors.forgive_characters()
    sys.exit(start(sys.argv[1:], session))


def start(args: Sequence[str], session: Session) -> int:
    """Run a command line; return its exit status."""
    whole = whole_command()

    def work() -> int:
        given = hoisted(args)
        return int(whole.main(given, "syncd", standalone_mode=False, obj=session) or 0)

    return errors.status_of(work)


@cache
def whole_command() -> Any:
    """Return the command line as a whole; made once a process."""
    return typer.main.get_command(app)


def hoisted(args: Sequence[str]) -> list[str]:
    """Return arguments with the options that all commands share in front."""
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(args)
    for one in waiting:
        name, _, value = one.partition("=")
        if one == "--":
            rest.extend([one, *waiting])
        elif name not in GLOBAL:
            rest.append(one)
        else:
            first.append(one)
            if GLOBAL[name] and not value:
                first.extend(next(([it] for it in waiting), []))
    return [*first, *rest]
