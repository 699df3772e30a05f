"""``syncd demo``: everything, on local sandboxes with a sample plan."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from syncd.bootstrap import App, open_app
from syncd.cli.errors import Exit
from syncd.cli.outlook import outlook
from syncd.cli.output import Json
from syncd.cli.schedule import Agenda
from syncd.cli.session import Session
from syncd.clock import Clock
from syncd.daemon.logging import set_up
from syncd.daemon.signals import Signals
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
    return play_demo(ctx.obj, directory, once=once, as_json=json)


def play_demo(session: Session, directory: Path | None, *, once: bool, as_json: bool) -> int:
    """Play the demonstration; stay up afterwards unless ``once``."""
    try:
        from syncd.demo.run import run_demo
    except ImportError as error:
        raise Mistake(
            f"The demo needs {error.name}: install it with `pip install 'syncd[sandbox]'`."
        ) from error
    clock, redact = session.clock, session.redactor
    set_up(
        sys.stderr,
        json=False,
        colors=session.color and sys.stderr.isatty(),
        clock=clock,
        redact=redact,
    )
    said: list[str] = []
    say = said.append if as_json else session.speech.aloud
    environ = _without_settings(session.environ)

    opened: list[App] = []

    def open_session(config: Path, clock: Clock) -> App:
        opened.append(open_app(config, environ, clock))
        return opened[-1]

    with Signals(session.clock.stop.set, session.clock) as signals:
        with run_demo(directory, say, session.clock, open_session) as played:
            well = played.story()
            if not as_json:
                say("\nThe coming weeks, as `syncd schedule` shows them:\n")
                Agenda(session.speech, opened[-1], outlook(opened[-1])).weeks()
            played.look()
            if as_json:
                session.speech.json({"ok": well, "said": said, "digest": played.digest.as_json})
            if not once:
                played.stay()
        if signals.received:
            return signals.status
    return Exit.DONE if well else Exit.NOT_DONE


def _without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The demonstration has settings of its own: the person's must not mix in."""
    return {name: value for name, value in environ.items() if not name.startswith("SYNCD_")}
