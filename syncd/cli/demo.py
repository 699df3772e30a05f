"""``syncd demo``: everything, on local sandboxes with a sample plan."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.errors import Exit
from syncd.cli.outlook import outlook
from syncd.cli.output import Json
from syncd.cli.schedule import Agenda
from syncd.cli.session import Session
from syncd.daemon.logs import set_up
from syncd.daemon.supervisor import Signals
from syncd.errors import Mistake


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
    return play(ctx.obj, directory, once=once, as_json=json)


def play(session: Session, directory: Path | None, *, once: bool, as_json: bool) -> int:
    """Play the demonstration; stay up afterwards unless ``once``."""
    try:
        from syncd.demo.run import run_demo
    except ImportError as error:
        raise Mistake(
            f"The demo needs {error.name}: install it with `pip install 'syncd[sandbox]'`."
        ) from error
    clock, redact = session.clock, session.redactor
    colors = session.color and sys.stderr.isatty()
    set_up(sys.stderr, json=False, colors=colors, clock=clock, redact=redact)
    lines: list[str] = []
    say = lines.append if as_json else session.speech.aloud
    with Signals(clock.stop.set, clock) as signals:
        with run_demo(directory, say, clock, session.environ) as played:
            well = played.play()
            if not as_json:
                say("\nThe coming weeks, as `syncd schedule` shows them:\n")
                Agenda(session.speech, played.app, outlook(played.app)).weeks()
            played.summarise()
            if as_json:
                digest = played.digest.as_json
                session.speech.json({"ok": well, "said": lines, "digest": digest})
            if not once:
                played.stay()
        if signals.received:
            return signals.status
    return Exit.DONE if well else Exit.NOT_DONE
