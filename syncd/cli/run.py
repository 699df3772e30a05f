"""``syncd run``: the daemon."""

import os
import sys

from syncd.cli.session import Session
from syncd.daemon.logs import set_up, supervised
from syncd.daemon.service import serve
from syncd.daemon.supervisor import Signals


def run(session: Session, *, log_json: bool) -> int:
    """Keep everything in step until a signal says stop."""
    with session.app(log=False) as app, app.alone():
        json = log_json or supervised(session.environ, sys.stderr, os.getpid())
        colors = session.color and sys.stderr.isatty()
        redact = session.redactor
        set_up(sys.stderr, json=json, colors=colors, clock=session.clock, redact=redact)
        with Signals(session.clock.stop.set, session.clock) as signals:
            serve(app, session.config, signals.flags)
        return signals.status
