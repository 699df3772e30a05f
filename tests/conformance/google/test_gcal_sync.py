"""The sync manager of ``gcal-sync`` (Home Assistant's) against the sandbox."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import aiohttp
from gcal_sync.api import (
    CalendarListRequest,
    GoogleCalendarService,
    ListEventsRequest,
    LocalListEventsRequest,
)
from gcal_sync.auth import AbstractAuth
from gcal_sync.model import DateOrDatetime, Event
from gcal_sync.sync import CalendarEventSyncManager, CalendarListSyncManager

from syncd.model.entities import Kind
from syncd.model.values import Moment
from syncd.testing.sandbox import Served
from syncd_google.sandbox import acts
from syncd_google.sandbox.app import GoogleSandbox
from tests.connectors.syncd_google.harness import GoogleHarness

WEEK = (date(2026, 5, 4), date(2026, 5, 11))
SUNDAY = datetime(2026, 5, 3, 22, 0, tzinfo=UTC)


class Auth(AbstractAuth):
    def __init__(self, session: aiohttp.ClientSession, host: str, token: str) -> None:
        super().__init__(session, host=host)
        self._token = token

    async def async_get_access_token(self) -> str:
        return self._token


def run(
    served: Served, token: str, work: Callable[[GoogleCalendarService], Awaitable[None]]
) -> None:
    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            host = f"{served.origin}/calendar/v3"
            await work(GoogleCalendarService(Auth(session, host, token)))

    asyncio.run(main())


async def titles(manager: CalendarEventSyncManager) -> list[str]:
    """Return the titles of two weeks in the store, of a series once."""
    weeks = LocalListEventsRequest(start_time=SUNDAY, end_time=SUNDAY + timedelta(days=14))
    listed = await manager.store_service.async_list_events(weeks)
    return sorted({event.summary for event in listed.events})


def test_a_calendar_is_synced_and_synced_again(
    served: Served, sandbox: GoogleSandbox, token: str
) -> None:
    account = sandbox.account
    primary = account.calendar("primary")
    by_title = {event.fields["summary"]: event.id for event in primary.events.values()}

    async def work(service: GoogleCalendarService) -> None:
        manager = CalendarEventSyncManager(service, calendar_id="primary")
        await manager.run()
        assert "Choir" in await titles(manager)
        acts.rename(account, primary, by_title["Choir"], "Choir rehearsal")
        acts.delete(account, primary, by_title["Dentist"])
        served.log.clear()
        await manager.run()
        assert len(served.log) == 1
        assert "syncToken" in served.log[0].query
        shown = await titles(manager)
        assert "Choir rehearsal" in shown
        assert not {"Choir", "Dentist"} & set(shown)

    run(served, token, work)


def test_a_stale_token_leads_to_a_full_sync(
    served: Served, sandbox: GoogleSandbox, token: str
) -> None:
    async def work(service: GoogleCalendarService) -> None:
        manager = CalendarEventSyncManager(service, calendar_id="primary")
        await manager.run()
        before = await titles(manager)
        sandbox.expire_cursors()
        served.log.clear()
        await manager.run()
        assert ["syncToken" in request.query for request in served.log] == [True, False]
        assert served.log[0].status == 410
        assert await titles(manager) == before

    run(served, token, work)


def test_a_sync_over_many_pages_ends_with_a_token(
    served: Served, sandbox: GoogleSandbox, token: str
) -> None:
    sandbox.lists.largest_page = 2
    sandbox.empty_page_once()

    async def work(service: GoogleCalendarService) -> None:
        manager = CalendarEventSyncManager(service, calendar_id="primary")
        await manager.run()
        assert len(await titles(manager)) == 7

    run(served, token, work)


def test_the_list_of_calendars_is_synced(
    served: Served, sandbox: GoogleSandbox, token: str
) -> None:
    async def work(service: GoogleCalendarService) -> None:
        manager = CalendarListSyncManager(service)
        await manager.run()
        sandbox.account.add_calendar(summary="Another", zone="UTC")
        await manager.run()
        listed = await manager.store_service.async_list_calendars()
        assert sorted(calendar.summary for calendar in listed.calendars)[0] == "Another"
        again = await service.async_list_calendars(CalendarListRequest())
        assert len(again.items) == 2

    run(served, token, work)


def test_events_are_read_and_written(served: Served, token: str) -> None:
    async def work(service: GoogleCalendarService) -> None:
        start, end = (DateOrDatetime(date=day) for day in WEEK)
        await service.async_create_event("primary", Event(summary="Fair", start=start, end=end))
        week = ListEventsRequest(
            calendarId="primary", timeMin=SUNDAY, timeMax=SUNDAY + timedelta(days=7)
        )
        shown = [
            event
            async for page in await service.async_list_events(week)
            for event in page.items
        ]
        (fair,) = [event for event in shown if event.summary == "Fair"]
        assert fair.id
        assert fair.start.date == WEEK[0]
        one = await service.async_get_event("primary", fair.id)
        assert one.summary == "Fair"
        await service.async_delete_event("primary", fair.id)
        assert (await service.async_get_event("primary", fair.id)).status == "cancelled"
        calendar = await service.async_get_calendar("primary")
        assert calendar.timezone == "Europe/Berlin"

    run(served, token, work)


def test_learning_blocks_are_read_and_followed(tmp_path: Path) -> None:
    """What the connector writes, another client reads; also once its person dragged it."""
    google = GoogleHarness(tmp_path)
    google.start()
    start = Moment(datetime(2026, 5, 6, 16, 30, tzinfo=UTC), "Europe/Berlin")
    end = Moment(start.at + timedelta(hours=1), "Europe/Berlin")
    google.create(Kind.BLOCK, "SQL course", start=start, end=end, goal="a-goal")
    google.create(Kind.MILESTONE, "Exam", due=date(2026, 5, 7))
    token = google.sandbox.grant("calendar")

    async def work(service: GoogleCalendarService) -> None:
        manager = CalendarEventSyncManager(service, calendar_id=google.calendar.id)
        await manager.run()
        assert await titles(manager) == ["Exam", "SQL course"]
        later = Moment(start.at + timedelta(days=2))
        google.person.edit(Kind.BLOCK, "SQL course", "start", later)
        google.person.delete(Kind.MILESTONE, "Exam")
        await manager.run()
        week = LocalListEventsRequest(start_time=SUNDAY, end_time=SUNDAY + timedelta(days=14))
        (block,) = (await manager.store_service.async_list_events(week)).events
        assert block.start.value == later.at
        assert block.end.value == later.at + timedelta(hours=1)
        assert block.transparency == "opaque"

    run(google.server, token, work)
    google.close()
