"""Google Calendar as a tool of syncd: milestones and learning blocks, and busy time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from syncd.connect.border import Pages
from syncd.connect.contract import Busy, Outcome, Plugin, Toolbox
from syncd.connect.network import Network, RateLimit
from syncd.errors import Mistake, SignIn, ToolError, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Binding, Carried, Op, Pull, Remote, Write
from syncd.model.schema import Fields
from syncd_google import border, calendars, mapping
from syncd_google.busy import BusyListings, BusyReader
from syncd_google.calendars import BoundCalendar
from syncd_google.settings import GoogleSettings
from syncd_google.writing import Appearance, EventWriter

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_google.client import GoogleClient

_CALENDAR = "calendar"
_PERSONS_EVENTS = "guests"  # the name under which earlier versions kept it


class GoogleConnector:
    """One secondary calendar of one account; ``make``: makes its client, at the first request."""

    name = "google"
    capabilities: Mapping[Kind, Carried] = mapping.CARRIES
    edit_resolution = timedelta(milliseconds=1)
    provides_urls = False
    keeps_marks = True
    reads_busy = True
    batch_size = 1
    idempotent = frozenset(Op)  # ids that we chose, and etags

    def __init__(
        self, settings: GoogleSettings, toolbox: Toolbox, make: "Callable[[], GoogleClient]"
    ) -> None:
        self._settings = settings
        self._toolbox = toolbox
        self._make = make
        self._appearance = Appearance(toolbox.memory, settings)
        self._pages = Pages(border.TITLE, self._received)
        self._calendars = Pages(border.TITLE, self._received)
        self._busy_pages = BusyListings()

    @cached_property
    def _client(self) -> "GoogleClient":
        return self._make()

    def _received(self) -> int:
        return self._toolbox.network.limiter.received

    def bind(self) -> Binding:
        """Find the calendar again; without a request once it is known."""
        if self._bound() is not None:
            return Binding()
        search = calendars.look(
            self._client, self._calendars, self._settings, self._toolbox.timezone
        )
        if search.calendar is None:
            missing = f"the calendar '{self._settings.calendar}'"
            return Binding(missing=(missing,), problems=search.problems)
        self._remember(search.calendar)
        return Binding(problems=search.problems)

    def provision(self) -> None:
        """Make the calendar."""
        if self._bound() is None:
            zone = self._toolbox.timezone
            self._remember(calendars.make(self._client, self._calendars, self._settings, zone))

    def pull(self, cursor: str | None) -> Pull:
        """Read the calendar by sync token; all of it without one."""
        calendar = self._bound()
        if calendar is None:
            return Pull(whole=frozenset(self.capabilities))
        listed = calendars.pull(self._client, self._pages, calendar, cursor)
        if listed.zone != calendar.zone:
            self._remember(replace(calendar, zone=listed.zone))
        self._appearance.learn(listed.colours)
        all_read = cursor is None and listed.pull.cursor is not None
        self._note_persons_events(persons_events=listed.persons_events, all_read=all_read)
        return replace(listed.pull, clock_offset=self._toolbox.network.limiter.offset)

    def read(self, kind: Kind, remote: RemoteId) -> Remote:  # noqa: ARG002  # all are events
        """Read one event."""
        return self._writer().read(remote)

    def edited(self, kind: Kind, since: datetime) -> None:
        """Return None: events have versions."""
        del kind, since

    def find(self, write: Write) -> Remote | None:
        """Look under the id that the create chose."""
        return self._writer().find(write)

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do the writes one by one."""
        outcomes: list[Outcome] = []
        for write in writes:
            try:
                outcomes.append(self._written(write))
            except ToolError as error:
                if not outcomes and isinstance(error, SignIn | TryLater):
                    raise
                outcomes.append(error)
        return outcomes

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what an event can hold; times without a zone are in the plan's."""
        return mapping.fit(kind, fields, self._toolbox.timezone)

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say whether there can be an event: a milestone needs its day, a block its time."""
        return mapping.can_hold(kind, fields)

    def id_from_url(self, url: str) -> RemoteId | None:  # noqa: ARG002  # gives none
        """Return None: other tools carry no addresses of events."""
        return None

    def busy(self, start: datetime, end: datetime) -> Busy:
        """Return when the calendars in the settings are busy, and the person's own events."""
        pages = self._busy_pages.within(start, end)
        reader = BusyReader(self._client, pages, self._settings, start, end)
        persons_events = self._toolbox.memory.get(_PERSONS_EVENTS) is not False
        return reader.busy(self._bound(), persons_events=persons_events)

    def close(self) -> None:
        """Let go of the connection, if there is one."""
        if "_client" in self.__dict__:
            self._client.close()

    def _written(self, write: Write) -> Remote | None:
        writer = self._writer()
        if write.op is Op.CREATE:
            return writer.create(write)
        if write.op is Op.UPDATE:
            return writer.update(write)
        writer.delete(write)
        return None

    def _writer(self) -> EventWriter:
        calendar = self._bound()
        if calendar is None:
            raise TryLater("There is no calendar yet: sync again, so that it is made.")
        return EventWriter(self._client, calendar, self._appearance)

    def _bound(self) -> BoundCalendar | None:
        """Return the calendar of earlier runs, unless the settings now name another."""
        kept = self._toolbox.memory.get(_CALENDAR)
        if not isinstance(kept, dict):
            return None
        if self._settings.names_an_id and kept["id"] != self._settings.calendar:
            return None
        return BoundCalendar(id=kept["id"], zone=kept["zone"])

    def _note_persons_events(self, *, persons_events: bool, all_read: bool) -> None:
        """Note whether the person keeps something in syncd's calendar.

        Until everything was read once, nobody knows.
        """
        known = self._toolbox.memory.get(_PERSONS_EVENTS)
        if (persons_events or all_read) and known is not persons_events:
            self._toolbox.memory.put(_PERSONS_EVENTS, persons_events)

    def _remember(self, calendar: BoundCalendar) -> None:
        self._toolbox.memory.put(_CALENDAR, {"id": calendar.id, "zone": calendar.zone})


def build(settings: GoogleSettings, toolbox: Toolbox) -> GoogleConnector:
    """Build the connector; Google's client library is imported at its first request."""
    token_file = settings.token_file
    if token_file is None:
        raise Mistake(
            "[connectors.google] has no `token_file`: name the file in which the sign-in is "
            "kept, and run `syncd auth google`."
        )

    def make() -> "GoogleClient":
        from syncd_google.client import GoogleClient

        return GoogleClient(token_file, settings.base_url, toolbox.network)

    return GoogleConnector(settings, toolbox, make)


def sign_in(settings: GoogleSettings, say: Callable[[str], None], network: Network) -> str:
    """Sign in with a browser, here or on another machine."""
    from syncd_google import auth

    return auth.sign_in(settings, say, network)


PLUGIN = Plugin(
    name="google",
    title="Google Calendar",
    settings=GoogleSettings,
    build=build,
    sign_in=sign_in,
    rate_limit=lambda _: RateLimit(requests=600, seconds=60, items="events"),
)
