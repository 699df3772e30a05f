"""The command ``syncd``: its commands, each found by name when it is typed, and its start."""

import gc
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from syncd.cli import errors
from syncd.cli.session import Session

GLOBAL = {"--config": True, "--no-color": False}
"""Options that may stand anywhere, and whether each takes a value."""


class CommandEntry(NamedTuple):
    """A command of the table: the function behind it as ``module:function``, and its help."""

    function: str
    help: str


COMMANDS: Mapping[str, CommandEntry] = {
    "sync": CommandEntry("sync:sync", "Run one cycle now."),
    "run": CommandEntry("sync:run", "Run the daemon, until it is stopped."),
    "status": CommandEntry(
        "status:status",
        "Show whether the daemon works, how each tool does, and what to do next.",
    ),
    "schedule": CommandEntry(
        "schedule:schedule", "Show the coming blocks, and what does not fit and why."
    ),
    "done": CommandEntry("blocks:done", "Say that a block took place."),
    "missed": CommandEntry("blocks:missed", "Say that a block did not take place."),
    "pin": CommandEntry("blocks:pin", "Keep a block where it is."),
    "unpin": CommandEntry("blocks:unpin", "Let syncd move a block again."),
    "catch-up": CommandEntry(
        "replan:catch_up", "Begin afresh from today: let missed blocks go, and plan again."
    ),
    "pause": CommandEntry(
        "replan:pause", "Take leave: nothing is planned up to and with a day."
    ),
    "resume": CommandEntry(
        "replan:resume", "End your leave; or plan a task again whose blocks you deleted."
    ),
    "review": CommandEntry("review:review", "Look back on a week, a quarter or a year."),
    "history": CommandEntry("history:history", "List what changed in the plan, newest first."),
    "conflicts": CommandEntry(
        "decisions:conflicts", "List the values that lost, or take one after all."
    ),
    "why": CommandEntry("why:why", "Tell who set each field, when, and what it beat."),
    "undo": CommandEntry("history:undo", "Take back a change, or a whole cycle."),
    "restore": CommandEntry("history:restore", "Bring back what was deleted, in every tool."),
    "approve": CommandEntry("decisions:approve", "Accept what a held tool is held for, once."),
    "reject": CommandEntry("decisions:reject", "Refuse what a held tool is held for."),
    "connectors": CommandEntry(
        "connectors:connectors", "List the connectors that are installed."
    ),
    "auth": CommandEntry(
        "connectors:auth", "Sign in to a tool, or see whether its token works."
    ),
    "sandbox": CommandEntry("sandbox:sandbox", "Start local sandboxes of the three services."),
    "demo": CommandEntry("sandbox:demo", "Show it all on local sandboxes, without an account."),
}
PLAN_COMMANDS: Mapping[str, CommandEntry] = {
    "show": CommandEntry("plan:plan_show", "Show the plan as a tree."),
    "import": CommandEntry("plan:plan_import", "Take a plan file into the plan."),
    "export": CommandEntry(
        "plan:plan_export", "Write the whole plan as YAML, JSON or Markdown."
    ),
    "check": CommandEntry(
        "plan_check:plan_check", "Say what goals lack to be SMART, and what can't work."
    ),
    "milestones": CommandEntry(
        "plan_check:plan_milestones", "Plan a goal backwards from its due date."
    ),
    "achievements": CommandEntry(
        "plan_check:plan_achievements", "Write down what you achieved, as Markdown."
    ),
}


class _Group(TyperGroup):
    """A group of commands; a command's module is imported when that command is typed.

    Its own help is made of the table alone.
    """

    table: Mapping[str, CommandEntry]

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        listed = {name: _listed(name, entry) for name, entry in self.table.items()}
        self.commands = {**listed, **self.commands}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is typed, whole."""
        entry = self.table.get(args[0])
        if entry is not None:
            self.commands[args[0]] = loaded(args[0], entry)
            _collect_again()
        return super().resolve_command(ctx, args)


def _listed(name: str, entry: CommandEntry) -> Any:
    """Return a command as far as the help of its group shows it."""
    return typer.core.TyperCommand(name=name, help=entry.help)


def loaded(name: str, entry: CommandEntry) -> Any:
    """Return a command of a table, with its options and what it does."""
    module, _, function = entry.function.partition(":")
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    alone.command(name)(getattr(import_module(f"syncd.cli.{module}"), function))
    return typer.main.get_command(alone)


def _collect_again() -> None:
    """Let garbage be collected where ``main`` put it off, but not among what was imported."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class RootGroup(_Group):
    """The commands of ``syncd`` itself."""

    table = COMMANDS


class PlanGroup(_Group):
    """The commands of ``syncd plan``."""

    table = PLAN_COMMANDS


app = typer.Typer(
    name="syncd",
    cls=RootGroup,
    help="Keeps one plan of your career in step with Notion, Google Calendar and Todoist.",
    epilog="Begin with `syncd demo`, which needs no account, or with `syncd plan import`.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
plan_app = typer.Typer(
    cls=PlanGroup, help="See, check, import and export the plan.", rich_markup_mode=None
)
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


def main() -> None:
    """Run what this process was started for, and end it."""
    gc.disable()  # looking through what is being imported is a tenth of a short command
    session = Session()
    sys.excepthook = errors.UnexpectedErrorHook(session)
    errors.forgive_characters()
    status = start(sys.argv[1:], session)
    gc.freeze()  # the process ends, and its memory with it
    sys.exit(status)


def start(args: Sequence[str], session: Session) -> int:
    """Run a command line; return its exit status."""
    whole = whole_command()

    def work() -> int:
        words = hoisted(args)
        return int(whole.main(words, "syncd", standalone_mode=False, obj=session) or 0)

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
    for word in waiting:
        name, _, value = word.partition("=")
        if word == "--":
            rest.extend([word, *waiting])
        elif name not in GLOBAL:
            rest.append(word)
        else:
            first.append(word)
            if GLOBAL[name] and not value:
                first.extend(next(([value] for value in waiting), []))
    return [*first, *rest]
