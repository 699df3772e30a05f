"""The daemon as a service: what its jobs do, and what it is made of."""

import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from syncd.app import App, open_app
from syncd.daemon.due import Due, Poll
from syncd.daemon.logs import FailureLog, Record, impersonal, redacted_traceback
from syncd.daemon.loop import Cycle, Loop, Workload
from syncd.daemon.notify import Announcer, ToolHealth
from syncd.daemon.supervisor import SignalFlags, notifier
from syncd.engine.cycle import Engine
from syncd.engine.heartbeat import HeartbeatRecorder
from syncd.engine.report import Report
from syncd.errors import Mistake
from syncd.model.ids import ToolName
from syncd.review.periods import Period
from syncd.store.outbox import OutboxMessage, OutboxStatus
from syncd.store.tool_store import ToolRow, ToolState
from syncd.text import duration

log = structlog.get_logger("syncd.daemon")
Send = Callable[[Record], Iterable[OutboxMessage]]
"""Sends what waits; reports a mail that fails, and returns what was taken up."""


def mail_failures() -> FailureLog:
    """Return what logs that mail fails."""
    return FailureLog(
        cannot="no mail can be sent",
        broke="mail broke; trying again",
        works="mail works again",
    )


class MailWorker:
    """Sends in a thread, once at a time; logs when a mail's state changes, not each attempt."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._states: dict[str, OutboxStatus] = {}
        self._failures = mail_failures()

    @property
    def busy(self) -> bool:
        """Say whether it is sending."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, send: Send) -> None:
        """Send what waits, unless that is going on already; returns at once."""
        if not self.busy:
            self._thread = threading.Thread(target=self._run, args=(send,), daemon=True)
            self._thread.start()

    def wait(self, patience: float) -> None:
        """Let what is going on end, for so many seconds."""
        if self._thread is not None:
            self._thread.join(timeout=patience)

    def _run(self, send: Send) -> None:
        with self._failures.attempt(all_parts=False) as record:
            for message in send(record):
                self._log(message)

    def _log(self, message: OutboxMessage) -> None:
        if message.state not in (OutboxStatus.WAITING, OutboxStatus.LEAVING):
            self._failures.resolved(message.key)
        if self._states.get(message.key) is message.state:
            return
        self._states[message.key] = message.state
        if message.state is OutboxStatus.SENT:
            log.info("mail sent", mail=message.key)
        else:
            log.warning("mail not sent yet", mail=message.key, hint="see `syncd status`")


PATIENCE = 20.0
"""Seconds that one cycle waits for slow tools; they go on by themselves."""


def serve(app: App, config: Path | None, flags: SignalFlags) -> None:
    """Keep everything in step until the clock is told to stop.

    Raises ``Mistake``, and ``StateTrouble`` once the state can't be written for an hour.
    """
    daemon = Daemon(app=app, config=config)
    loop = Loop(
        work=daemon.begin(),
        clock=app.clock,
        flags=flags,
        notifier=notifier(app.environ, app.clock),
        heartbeat=HeartbeatRecorder(lambda: daemon.app.store.tools, app.clock, app.environ),
        reload=daemon.reload,
        offset=app.rng.randrange(3600),
        watch=daemon.announcer,
    )
    try:
        loop.run()
    finally:
        daemon.end()


def _review_failures() -> FailureLog:
    return FailureLog(
        cannot="no review can be made",
        broke="a review broke; trying again",
        works="reviews are made again",
    )


@dataclass
class Daemon:
    """The engine that the loop drives, made anew when the settings (``config``) change."""

    app: App
    config: Path | None
    announcer: Announcer = field(init=False)
    _engine: Engine = field(init=False)
    _states: "dict[ToolName, _Trouble]" = field(default_factory=dict)
    _warned: set[str] = field(default_factory=set)
    _reloaded: bool = False
    _mail_worker: MailWorker = field(default_factory=MailWorker)
    _mail: FailureLog = field(default_factory=mail_failures)
    _reviews: FailureLog = field(default_factory=_review_failures)

    def __post_init__(self) -> None:
        self.announcer = Announcer(lambda: self.app)

    def begin(self) -> Workload:
        """Make the engine; return what the loop works at. Raises ``Mistake``."""
        self._engine = self.app.engine()
        return self._workload()

    def reload(self) -> Workload:
        """Read the settings again; raises ``Mistake`` to go on with the old ones."""
        with ExitStack() as unless_good:
            fresh = open_app(self.config, self.app.environ, self.app.clock)
            unless_good.callback(fresh.close)
            fresh.redactor = self.app.redactor
            _check_same_state(self.app, fresh)
            engine = fresh.engine()
            unless_good.pop_all()
        self.end()
        self.app, self._engine, self._reloaded = fresh, engine, True
        return self._workload()

    def end(self) -> None:
        """Let the request and the mail in flight end, and let go."""
        self._close(self._engine)
        self._mail_worker.wait(PATIENCE / 2)
        self.announcer.end(PATIENCE / 10)
        if (
            self._reloaded and not self._mail_worker.busy
        ):  # else it still writes down how it ended
            self.app.close()

    def _close(self, engine: Engine) -> None:
        try:
            self._log_report(engine.close())
        except Exception as error:  # noqa: BLE001 - what comes after must not suffer
            trouble = redacted_traceback(error)
            log.error("a tool did not end well", trouble=trouble)  # noqa: TRY400  # without its message

    def cycle(self, read: Due) -> Cycle:
        """Run one cycle for these tools; None means all, deciding for everything."""
        if read is None:
            self._engine.check_everything()
        self._sync(read)
        return self._outcome()

    def make_reviews(self) -> Cycle:
        """Make the reviews that are due, now that the tools were read, and their pages."""
        periods: list[Period] = []
        with self._reviews.attempt() as record:
            periods = self.app.reviews.make(record)
        if periods:
            self._sync(None)
        return self._outcome()

    def send_mails(self) -> Cycle:
        """Put the reviews that are due in the outbox, and send what waits there."""
        with self._mail.attempt() as record, ExitStack() as steps:
            steps.callback(self._send)  # what waits goes out, whatever becomes of new reviews
            self.app.post_reviews(record)
        return self._outcome()

    def _send(self) -> None:
        mail = self.app.mail()
        if mail.due:
            self._mail_worker.start(mail.send)

    def _sync(self, only: Due) -> None:
        self._log_report(self._engine.run(only, patience=PATIENCE))

    def _workload(self) -> Workload:
        settings = self.app.settings
        polls = tuple(
            Poll(
                tool=name,
                every=settings.connectors[name].poll_seconds or settings.daemon.poll_seconds,
            )
            for name in self.app.enabled()
        )
        self._log_warnings()
        if not polls:
            log.warning("no tool is switched on; add one to the settings and send HUP")
        return Workload(
            polls=polls,
            run_cycle=self.cycle,
            make_reviews=self.make_reviews,
            send_mails=self.send_mails,
        )

    def _log_warnings(self) -> None:
        """Log what is to be said of the files that secrets came from: each once."""
        for sentence in [text for text in self.app.warnings if text not in self._warned]:
            log.warning(sentence)
            self._warned.add(sentence)

    def _log_report(self, report: Report) -> None:
        """Log what was written, and each tool whose state is another than before."""
        self._log_warnings()
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
            self._log_state(row)

    def _log_state(self, row: ToolRow) -> None:
        """Log how a tool does where that is another than before: why, and what mends it."""
        before = self._states.get(row.tool)
        now = self.app.clock.now()
        if row.state is ToolState.OK:
            if before:
                del self._states[row.tool]
                away = duration(int((now - before.since).total_seconds() // 60))
                log.info("tool works again", tool=row.tool, after=away)
            return
        if before and before.state is row.state:
            return
        since = before.since if before else now
        self._states[row.tool] = _Trouble(state=row.state, since=since)
        hint = impersonal(row.message, unknown=row.state is ToolState.DEGRADED)
        again = {"again": row.until} if row.until else {}
        state = str(row.state)
        log.warning("tool needs care", tool=row.tool, state=state, hint=hint, **again)

    def _rows(self) -> list[ToolRow]:
        rows = {name: self.app.store.tools.get(name) for name in self.app.enabled()}
        for tool in self._engine.unusable.values():
            rows[tool.name] = ToolRow(tool=tool.name, state=tool.state, message=tool.why)
        return list(rows.values())

    def _outcome(self) -> Cycle:
        rows = self._rows()
        self.announcer.tools(map(self._health, rows))
        summary = ", ".join(map(self._summary, rows))
        return Cycle(until=_back_off(rows), summary=summary)

    def _health(self, row: ToolRow) -> ToolHealth:
        """Return a tool as notifications see it."""
        trouble = self._states.get(row.tool)
        since = trouble.since if trouble else self.app.clock.now()
        return ToolHealth(row=row, title=self.app.registry.get(row.tool).title, since=since)

    def _summary(self, row: ToolRow) -> str:
        title = self.app.registry.get(row.tool).title
        if row.until is None:
            return f"{title} {row.state}"
        return f"{title} {row.state} until {row.until.astimezone(self._zone):%Y-%m-%d %H:%M}"

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.app.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trouble:
    """In which state a tool is that does not work, and since when none of its readings did."""

    state: ToolState
    since: datetime


def _check_same_state(old: App, new: App) -> None:
    if new.settings.state_dir != old.settings.state_dir:
        raise Mistake("`state_dir` can't change while syncd runs: stop it and start it again.")


def _back_off(rows: list[ToolRow]) -> dict[ToolName, datetime]:
    """Return until when each tool that backs off is to be left alone."""
    return {
        row.tool: row.until
        for row in rows
        if row.state is ToolState.BACKING_OFF and row.until is not None
    }
