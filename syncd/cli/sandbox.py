"""``syncd sandbox``: the services, as local sandboxes."""

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
        speech.note(f"Try `syncd --config {settings} sync`; Ctrl-C ends the sandboxes.")
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
