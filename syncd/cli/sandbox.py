"""``syncd demo`` and ``syncd sandbox``: what works without an account, on local services."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncd.cli.session import Session
from syncd.connect.registry import sandboxes
from syncd.daemon.supervisor import Signals
from syncd.errors import Mistake
from syncd.private import make_folder, write
from syncd.settings.messages import document
from syncd.settings.sources import machine_zone

if TYPE_CHECKING:
    from syncd.testing.sandbox import Served
import sys

from syncd.cli.errors import Exit
from syncd.cli.outlook import outlook
from syncd.cli.output import Json
from syncd.cli.schedule import Agenda
from syncd.daemon.logs import set_up

LONG = 3600.0


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
    return serve_until_stopped(ctx.obj, directory, port_base)


def serve_until_stopped(session: Session, directory: Path | None, port_base: int) -> int:
    """Start every installed sandbox and stay until a signal says stop."""
    clock, speech = session.clock, session.speech
    with ExitStack() as stack, Signals(clock.stop.set, clock) as signals:
        place = directory or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="syncd-sandbox-"))
        )
        make_folder(place)
        served = stack.enter_context(_served(session, place, port_base))
        settings = _write_settings(session, place, served)
        width = max(map(len, [*served, "settings"]))
        for name, server in served.items():
            speech.aloud(f"{name:<{width}}  {server.origin}/")
        speech.aloud(f"{'settings':<{width}}  {settings}")
        keeps = "" if directory else " and removes all of this, unless you give `--dir`"
        speech.note(f"Try `syncd --config {settings} sync`; Ctrl-C ends the sandboxes{keeps}.")
        while not clock.sleep(LONG):
            pass
    return signals.status


@contextmanager
def _served(session: Session, place: Path, base: int) -> Iterator[Mapping[str, "Served"]]:
    """Serve all sandboxes. Raises ``Mistake`` where that can't be done."""
    try:
        from syncd.testing.sandbox import Served
    except ImportError as error:
        raise Mistake(
            f"The sandboxes need {error.name}: install it with `pip install 'syncd[sandbox]'`."
        ) from error
    makers = sandboxes()
    served: dict[str, Served] = {}
    try:
        for number, name in enumerate(makers.names()):
            service = makers.require(name)(place, session.clock)
            served[name] = _on(Served, service, base + number if base else 0)
        yield served
    finally:
        for server in served.values():
            server.close()


def _on(serve: Any, sandbox: Any, port: int) -> "Served":
    try:
        server: Served = serve(sandbox, port)
    except OSError as error:
        raise Mistake(
            f"Port {port} can't be used ({error.strerror}): choose another with --port-base."
        ) from error
    return server


def _write_settings(session: Session, place: Path, served: Mapping[str, "Served"]) -> Path:
    """Write settings that point at the sandboxes, for their owner alone."""
    path = place / "syncd.toml"
    whole = {
        "state_dir": str(place / "state"),
        "plan": {"timezone": machine_zone(session.environ)},
        "connectors": {name: server.settings() for name, server in served.items()},
    }
    write(path, document(whole))
    return path


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
