"""The command ``syncd``: what can be typed. What is done is imported when it is."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from syncd.cli import ending
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

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
PlanHash = Annotated[
    str, typer.Option("--plan", metavar="HASH", help="Decide only if it is still this plan.")
]
Which = Annotated[
    str,
    typer.Argument(metavar="ID", help="An id, its first characters (4 or more), or a title."),
]
ToolArgument = Annotated[str, typer.Argument(metavar="TOOL", help="Such as `notion`.")]


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


@app.command()
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


@app.command()
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


@app.command()
def status(ctx: typer.Context, *, json: Json = False) -> int:
    """Show how each tool does, and what to do next."""
    from syncd.cli.status import status as it

    return it(ctx.obj, as_json=json)


@plan_app.command("show")
def plan_show(ctx: typer.Context, *, json: Json = False) -> int:
    """Show the plan as a tree."""
    from syncd.cli.plan import show

    return show(ctx.obj, as_json=json)


@plan_app.command("import")
def plan_import(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="YAML or JSON; - for stdin.")],
) -> int:
    """Take a plan file into the plan.

    What the plan holds already is updated, not doubled. Days may be relative (+30d).
    """
    from syncd.cli.plan import import_file

    return import_file(ctx.obj, file)


@plan_app.command("export")
def plan_export(
    ctx: typer.Context,
    *,
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", help="yaml, json or markdown.")
    ] = "yaml",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to a file instead of stdout.")
    ] = None,
) -> int:
    """Write the whole plan as YAML, JSON or Markdown."""
    from syncd.cli.plan import export

    return export(ctx.obj, form, out)


@plan_app.command("check")
def plan_check(ctx: typer.Context, *, json: Json = False) -> int:
    """Say what goals lack to be SMART, and what can't work."""
    from syncd.cli.check import check

    return check(ctx.obj, as_json=json)


@app.command()
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


@app.command()
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


@app.command()
def why(ctx: typer.Context, which: Which, *, json: Json = False) -> int:
    """Tell who set each field, when, and what it beat.

    And where it all lives.
    """
    from syncd.cli.why import why as it

    return it(ctx.obj, which, as_json=json)


@app.command()
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


@app.command()
def restore(ctx: typer.Context, which: Which) -> int:
    """Bring back what was deleted, in every tool."""
    from syncd.cli.back import restore as it

    return it(ctx.obj, which)


@app.command()
def approve(ctx: typer.Context, tool: ToolArgument, *, plan: PlanHash = "") -> int:
    """Accept what a held tool is held for, once."""
    from syncd.cli.decide import approve as it

    return it(ctx.obj, tool, plan)


@app.command()
def reject(ctx: typer.Context, tool: ToolArgument, *, plan: PlanHash = "") -> int:
    """Refuse what a held tool is held for.

    The plan's side is restored there.
    """
    from syncd.cli.decide import reject as it

    return it(ctx.obj, tool, plan)


@app.command()
def connectors(ctx: typer.Context, *, json: Json = False) -> int:
    """List the connectors that are installed."""
    from syncd.cli.tools import connectors as it

    return it(ctx.obj, as_json=json)


@app.command()
def auth(ctx: typer.Context, tool: ToolArgument) -> int:
    """Sign in to a tool, or see whether its token works.

    No browser is needed on this machine.
    """
    from syncd.cli.tools import auth as it

    return it(ctx.obj, tool)


@app.command()
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


@app.command()
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


def main() -> None:
    """Run what this process was started for, and end it."""
    session = Session()
    sys.excepthook = ending.Unexpected(session)
    ending.forgive_characters()
    sys.exit(start(sys.argv[1:], session))


def start(args: Sequence[str], session: Session) -> int:
    """Run a command line; return its exit status."""
    command = typer.main.get_command(app)

    def work() -> int:
        given = hoisted(args)
        return int(command.main(given, "syncd", standalone_mode=False, obj=session) or 0)

    return ending.status_of(work)


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
