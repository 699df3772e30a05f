"""Notifications: what needs the person is said once where they look, and once more when it is over."""

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from syncd.daemon.logs import FailureLog, impersonal
from syncd.daemon.loop import Watch
from syncd.engine.heartbeat import Heartbeat
from syncd.errors import Mistake, StateTrouble
from syncd.store.tool_store import DAEMON, ToolRow, ToolState

if TYPE_CHECKING:
    from syncd.app import App

_NAME = "alarms"
_WAITING = 50
"""Notifications that wait to be sent, at most: what comes then is dropped, and logged."""
PING_EVERY = 60.0
"""Seconds between two pings of cycles that work, at least."""
_PATIENCE = 10.0
"""Seconds that a ping may take."""

log = structlog.get_logger("syncd.daemon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that needs the person, while it lasts.

    key: the same as long as it is the same thing. sentence: what is wrong and what to do,
    without the person's text. over: what is said when it is over.
    """

    key: str
    sentence: str
    over: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolHealth:
    """A tool as notifications see it; since: when this daemon first saw that it does not work."""

    row: ToolRow
    title: str
    since: datetime


def tool_alarm(tool: ToolHealth, after: timedelta, now: datetime, zone: str) -> Alarm | None:
    """Return what a tool needs: a sign-in or a decision at once, the rest after a while."""
    name, title, state = tool.row.tool, tool.title, tool.row.state
    works = f"{title} works again."
    if state is ToolState.SIGN_IN:
        sentence = f"{title} needs you to sign in: `syncd auth {name}`."
        return Alarm(key=f"{_scope(name)}sign-in", sentence=sentence, over=works)
    if state is ToolState.HELD:
        sentence = f"{title} waits for your decision: `syncd status` shows on what, and why."
        over = f"{title} goes on: you have decided, or there is nothing left to decide."
        return Alarm(key=f"{_scope(name)}held", sentence=sentence, over=over)
    if state is ToolState.OK or now - tool.since < after:
        return None
    why = impersonal(tool.row.message, unknown=state is ToolState.DEGRADED)
    since = _local(tool.row.last_ok or tool.since, zone)
    sentence = f"{title} has not worked since {since}. {why}".rstrip()
    return Alarm(key=f"{_scope(name)}broken", sentence=sentence, over=works)


def _scope(name: str) -> str:
    """Return how the keys of a tool's alarms begin."""
    return f"tool {name} "


class Outlet:
    """Sends texts in a thread of its own, one after another; that one fails breaks nothing."""

    def __init__(self, send: Callable[[str], None], failures: FailureLog) -> None:
        self._send = send
        self._failures = failures
        self._queue: queue.Queue[str | None] = queue.Queue(_WAITING)
        self._thread: threading.Thread | None = None

    def put(self, text: str) -> None:
        """Send a text soon; returns at once."""
        if not self._place(text):
            log.warning("too many notifications wait; one is dropped")
        elif self._thread is None:
            self._thread = threading.Thread(target=self._run, name="notify", daemon=True)
            self._thread.start()

    def wait(self, patience: float) -> None:
        """Let what waits go out, for so many seconds."""
        if self._thread is not None and self._place(None):
            self._thread.join(patience)
            self._thread = None

    def _place(self, text: str | None) -> bool:
        try:
            self._queue.put_nowait(text)
        except queue.Full:
            return False
        return True

    def _run(self) -> None:
        while (text := self._queue.get()) is not None:
            with self._failures.attempt():
                self._send(text)


def send_everywhere(app: "App", text: str) -> None:
    """Send a notification by every address and by mail, as the settings say.

    Raises what the first of them raised, once all were tried.
    """
    errors = []
    for send in (_by_apprise, _by_mail):
        try:
            send(app, text)
        except Exception as error:  # noqa: BLE001  # another way may still get through
            errors.append(error)
    if errors:
        raise errors[0]


def _by_apprise(app: "App", text: str) -> None:
    urls = [url.get_secret_value() for url in app.settings.notify.urls]
    if not urls:
        return
    app.redactor.hide(frozenset(urls))
    try:
        from apprise import Apprise
    except ImportError:
        raise Mistake(
            "`notify.urls` needs Apprise: install it with `pip install 'syncd[notify]'`."
        ) from None
    # its own log names addresses, which are secrets
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    sender = Apprise()
    wrong = sum(not sender.add(url) for url in urls)
    if wrong:
        raise Mistake(
            f"{wrong} of `notify.urls` can't be read: see Apprise's list of addresses."
        )
    if not sender.notify(body=text, title="syncd"):
        raise Mistake("A notification could not be sent by `notify.urls`: check the addresses.")


def _by_mail(app: "App", text: str) -> None:
    """Send it to the recipients of the digest, at once: it may be the outbox that is broken."""
    mail = app.mail()
    if not (mail.wanted and app.settings.mail.host):
        return
    from html import escape

    from syncd.mail.message import Letter, MailAudience, envelope

    now = app.clock.now()
    letter = Letter(
        plan="main",
        kind="notification",
        period=f"{now:%Y%m%dT%H%M%S%f}",
        audience=MailAudience.OWN,
        subject=f"syncd: {text.partition(': ')[0].rstrip('.')}",
        text=f"{text}\n",
        html=f"<!doctype html><html lang='en'><body><p>{escape(text)}</p></body></html>",
    )
    mail.connect(mail.server())(envelope(letter, mail.addresses(), now), lambda _left: None)


def ping(app: "App", path: str) -> None:
    """Call the address that watches over the daemon; ``path``: "", "/start" or "/fail"."""
    address = app.settings.notify.ping_url
    if address is None:
        return
    import httpx

    url = address.get_secret_value()
    app.redactor.hide(frozenset({url}))
    with httpx.stream("GET", f"{url.rstrip('/')}{path}", timeout=_PATIENCE) as reply:
        if reply.is_error:
            raise Mistake(f"`notify.ping_url` answers {reply.status_code}: check the address.")


class Announcer(Watch):
    """Says what needs the person once, and when it is over; pings as cycles come and go.

    app: returns the app as the settings are now.
    """

    def __init__(self, app: "Callable[[], App]") -> None:
        self._app = app
        self._known: dict[str, str] | None = None
        self._pinged = float("-inf")
        self._failing: datetime | None = None
        self._texts = Outlet(lambda text: send_everywhere(app(), text), _failures("sent"))
        self._pings = Outlet(lambda path: ping(app(), path), _failures("pinged"))

    def started(self, before: Heartbeat | None) -> None:
        """Say that the daemon begins, and that it was away where that was for long, unasked."""
        self._pings.put("/start")
        app = self._app()
        after = timedelta(minutes=app.settings.notify.after_minutes)
        if (
            before is None
            or before.ended is not None
            or app.clock.now() - before.looked < after
        ):
            return
        since = _local(before.looked, app.zone)
        self._texts.put(f"syncd is running again: it was not since {since}.")

    def tools(self, tools: Iterable[ToolHealth]) -> None:
        """Say what the tools need, and that those work again which do.

        What was said of a tool holds until it works, or needs something else; of a tool that
        is no longer synced nothing more is said.
        """
        known, app = self._recall(), self._app()
        after = timedelta(minutes=app.settings.notify.after_minutes)
        now = {key: over for key, over in known.items() if not key.startswith("tool ")}
        for tool in tools:
            before = _begins(known, _scope(tool.row.tool))
            alarm = tool_alarm(tool, after, app.clock.now(), app.zone)
            if alarm is not None:
                now[alarm.key] = alarm.over
                if alarm.key not in before:
                    self._texts.put(alarm.sentence)
            elif tool.row.state is not ToolState.OK:
                now |= before
            else:
                for over in before.values():
                    self._texts.put(over)
        self._remember(now)

    def cycle_finished(self) -> None:
        """A whole cycle came to its end."""
        self._failing = None
        self._update({})
        now = self._app().clock.monotonic()
        if now - self._pinged >= PING_EVERY:
            self._pinged = now
            self._pings.put("")

    def cycle_broke(self, why: str) -> None:
        """A cycle broke; that is said once it lasts."""
        self._pings.put("/fail")
        app = self._app()
        now = app.clock.now()
        self._failing = self._failing or now
        if now - self._failing >= timedelta(minutes=app.settings.notify.after_minutes):
            sentence = f"syncd finishes no cycle: {why}"
            over = "syncd finishes its cycles again."
            self._update(_one("daemon cycles", sentence, over))

    def state_failed(self, why: str) -> None:
        """The state can't be written: nothing is sent to any tool."""
        self._pings.put("/fail")
        over = "syncd can write its state again."
        self._update(_one("daemon state", f"syncd does nothing now: {why}", over))

    def end(self, patience: float) -> None:
        """Let what waits go out."""
        self._texts.wait(patience)
        self._pings.wait(patience)

    def _update(self, current: Mapping[str, Alarm]) -> None:
        """Say what is new and what is over of the daemon itself, and remember it."""
        known = self._recall()
        before = _begins(known, "daemon ")
        for key, alarm in current.items():
            if key not in before:
                self._texts.put(alarm.sentence)
        for key, over in before.items():
            if key not in current:
                self._texts.put(over)
        others = {key: over for key, over in known.items() if key not in before}
        self._remember(others | {key: alarm.over for key, alarm in current.items()})

    def _recall(self) -> dict[str, str]:
        """Return the alarms that were given, with what is said when each is over."""
        if self._known is not None:
            return self._known
        try:
            kept = self._app().store.tools.recall(DAEMON, _NAME)
        except StateTrouble:  # that is what is to be said
            return {}
        self._known = dict(kept) if isinstance(kept, Mapping) else {}
        return self._known

    def _remember(self, known: dict[str, str]) -> None:
        changed, self._known = known != self._recall(), known
        if not changed:
            return
        try:
            self._app().store.tools.remember(DAEMON, _NAME, known)
        except StateTrouble:
            log.warning("a notification may come again after a new start")


def _begins(known: Mapping[str, str], scope: str) -> dict[str, str]:
    """Return the alarms whose keys begin so."""
    return {key: over for key, over in known.items() if key.startswith(scope)}


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _one(key: str, sentence: str, over: str) -> dict[str, Alarm]:
    return {key: Alarm(key=key, sentence=sentence, over=over)}


def _failures(what: str) -> FailureLog:
    return FailureLog(
        cannot=f"a notification can't be {what}",
        broke=f"a notification could not be {what}",
        works=f"notifications are {what} again",
    )
