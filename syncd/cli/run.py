"""``syncd run``: the daemon."""

import os
import sys
from typing import Annotated

import typer

from syncd.cli.session import Session
from syncd.daemon.logs import set_up, supervised
from syncd.daemon.service import serve
from syncd.daemon.supervisor import Signals


def run(
    ctx: typer.Context,
    *,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log JSON lines, as under a supervisor.")
    ] = False,
) -> int:
    """Run the daemon, until it is stopped."""
    session: Session = ctx.obj
    with session.app(log=False) as app, app.alone():
        json = log_json or supervised(session.environ, sys.stderr, os.getpid())
        colors = session.color and sys.stderr.isatty()
        redact = session.redactor
        set_up(sys.stderr, json=json, colors=colors, clock=session.clock, redact=redact)
        with Signals(session.clock.stop.set, session.clock) as signals:
            serve(app, session.config, signals.flags)
        return signals.status
