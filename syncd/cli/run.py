"""``syncd run``: the daemon."""

import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import typer

from syncd.bootstrap import App
from syncd.cli.lookup import tool_title
from syncd.cli.output import local
from syncd.cli.session import Session
from syncd.daemon.courier import Courier, mail_trouble
from syncd.daemon.due import Due, Poll
from syncd.daemon.logging import set_up, supervised, whereabouts
from syncd.daemon.loop import Cycle, Loop, Work
from syncd.daemon.notify import notifier
from syncd.daemon.signals import Signals
from syncd.daemon.trouble import Trouble
from syncd.engine.cycle import Engine
from syncd.engine.report import Report
from syncd.errors import Mistake
from syncd.logs import get_logger
from syncd.model.ids import ToolName
from syncd.review.periods import Period
from syncd.store.tool_store import ToolRow, ToolState

PATIENCE = 20.0
"""Seconds that one turn of the loop waits for slow tools; they go on by themselves."""

ERRANDS = 60
"""Seconds between two looks at which review is due and which mail is to be sent."""
MAIL = "(mail)"
"""Stands among the tools that are looked at; no connector can have this name."""

log = get_logger("syncd.daemon")


def run(
    ctx: typer.Context,
    *,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log JSON lines, as under a supervisor.")
    ] = False,
) -> int:
    """Run the daemon, until it is stopped."""
    return keep_in_step(ctx.obj, log_json=log_json)


def keep_in_step(session: Session, *, log_json: bool) -> int:
    """Keep everything in step until a signal says stop."""
    with session.app(log=False) as app, app.alone():
        json = log_json or supervised(session.environ, sys.stderr, os.getpid())
        colors = session.color and sys.stderr.isatty()
        redact = session.redactor
        set_up(sys.stderr, json=json, colors=colors, clock=session.clock, redact=redact)
        with Signals(session.clock.stop.set, session.clock) as signals:
            daemon = Daemon(session=session, app=app)
            loop = Loop(
                work=daemon.begin(),
                clock=session.clock,
                wishes=signals,
                notifier=notifier(session.environ, session.clock),
                reload=daemon.reload,
                offset=app.rng.randrange(3600),
            )
            try:
                loop.run()
            finally:
                daemon.end()
        return signals.status


def _review_trouble() -> Trouble:
    return Trouble(
        cannot="no review can be made",
        broke="a review broke; trying again",
        works="reviews are made again",
    )


@dataclass
class Daemon:
    """The engine that the loop drives, made anew when the settings change."""

    session: Session
    app: App
    _engine: Engine = field(init=False)
    _states: dict[ToolName, ToolState] = field(default_factory=dict)
    _warned: set[str] = field(default_factory=set)
    _reloaded: bool = False
    _courier: Courier = field(default_factory=Courier)
    _mail: Trouble = field(default_factory=mail_trouble)
    _reviews: Trouble = field(default_factory=_review_trouble)

    def begin(self) -> Work:
        """Make the engine; return what the loop works at. Raises ``Mistake``."""
        self._engine = self.app.engine()
        return self._work()

    def reload(self) -> Work:
        """Read the settings again; raises ``Mistake`` to go on with the old ones."""
        from syncd.bootstrap import open_app

        with ExitStack() as unless_good:
            fresh = open_app(self.session.config, self.session.environ, self.session.clock)
            unless_good.callback(fresh.close)
            fresh.redactor = self.session.redactor
            _same_state(self.app, fresh)
            engine = fresh.engine()
            unless_good.pop_all()
        self.end()
        self.app, self._engine, self._reloaded = fresh, engine, True
        return self._work()

    def end(self) -> None:
        """Let the request and the mail in flight end, and let go."""
        self._let_go(self._engine)
        self._courier.wait(PATIENCE / 2)
        if self._reloaded and not self._courier.busy:  # else it still writes down how it ended
            self.app.close()

    def _let_go(self, engine: Engine) -> None:
        try:
            self._tell(engine.close())
        except Exception as error:  # noqa: BLE001 - what comes after must not suffer
            log.error("a tool did not end well", trouble=whereabouts(error))  # noqa: TRY400  # without its message

    def cycle(self, wanted: Due) -> Cycle:
        """Run one cycle for these tools; None means all, deciding for everything."""
        only = None if wanted is None else [ToolName(name) for name in wanted - {MAIL}]
        with ExitStack() as steps:  # each is taken, whatever becomes of the one before
            steps.callback(self._post)
            steps.callback(self._review)
            if wanted is None:
                self._engine.check_everything()
            self._sync(only)
        rows = self._rows()
        return Cycle(until=_until(rows), summary=self._summary(rows))

    def _sync(self, only: list[ToolName] | None) -> None:
        if only is None or only:
            self._tell(self._engine.run(only, patience=PATIENCE))

    def _review(self) -> None:
        """Make the reviews that are due, now that the tools were read, and their pages."""
        made: list[Period] = []
        with self._reviews.contained() as broke:
            made = self.app.posting.make(broke)
        if made:
            self._sync(None)

    def _post(self) -> None:
        """Put the reviews that are due in the outbox, and send what waits there."""
        with self._mail.contained() as broke, ExitStack() as steps:
            steps.callback(self._send)  # what waits goes out, whatever becomes of new reviews
            self.app.post_reviews(broke)

    def _send(self) -> None:
        mailing = self.app.mailing()
        if mailing.due:
            self._courier.go(mailing.send)

    def _work(self) -> Work:
        settings = self.app.settings
        polls = tuple(
            Poll(
                tool=name,
                every=settings.connectors[name].poll_seconds or settings.daemon.poll_seconds,
            )
            for name in self.app.enabled()
        )
        self._warn()
        if not polls:
            log.warning("no tool is switched on; add one to the settings and send HUP")
        return Work(polls=(*polls, Poll(tool=MAIL, every=ERRANDS)), run_cycle=self.cycle)

    def _warn(self) -> None:
        """Log what is to be said of the files that secrets came from: each once."""
        for sentence in [it for it in self.app.warnings if it not in self._warned]:
            log.warning(sentence)
            self._warned.add(sentence)

    def _rows(self) -> list[ToolRow]:
        rows = {name: self.app.store.tools.get(name) for name in self.app.enabled()}
        for one in self._engine.unusable.values():
            rows[one.name] = ToolRow(tool=one.name, state=one.state, message=one.why)
        return list(rows.values())

    def _tell(self, report: Report) -> None:
        """Log what was written, and each tool whose state is another than before."""
        self._warn()
        for name, tool in report.tools.items():
            if tool.writes:
                log.info(
                    "written",
                    tool=name,
                    created=tool.created,
                    updated=tool.updated,
                    removed=tool.deleted,
                )
        for row in self._rows():
            before = self._states.get(row.tool, ToolState.OK)
            self._states[row.tool] = row.state
            if row.state is ToolState.OK and before is not ToolState.OK:
                log.info("tool works again", tool=row.tool)
            elif row.state is not before:
                hint = "see `syncd status`"
                log.warning("tool needs care", tool=row.tool, state=str(row.state), hint=hint)

    def _summary(self, rows: list[ToolRow]) -> str:
        zone = self.app.zone
        return ", ".join(
            f"{tool_title(self.app, row.tool)} {row.state}"
            + (f" until {local(row.until, zone)}" if row.until else "")
            for row in rows
        )


def _same_state(old: App, new: App) -> None:
    if new.settings.state_dir != old.settings.state_dir:
        raise Mistake("`state_dir` can't change while syncd runs: stop it and start it again.")


def _until(rows: list[ToolRow]) -> dict[str, datetime]:
    """Return until when each tool that backs off is to be left alone."""
    return {
        row.tool: row.until
        for row in rows
        if row.state is ToolState.BACKING_OFF and row.until is not None
    }
