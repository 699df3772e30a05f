"""What a person does in the sandbox: by the tests' hands, and in its window."""

import re
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from syncd.model.entities import Kind
from syncd.model.values import BlockState, Moment
from syncd_google.sandbox import acts
from tests.connectors.syncd_google.harness import GoogleHarness

DUE = date(2026, 5, 7)
NINE = Moment(datetime(2026, 5, 6, 7, tzinfo=UTC), "Europe/Berlin")
TEN = Moment(datetime(2026, 5, 6, 8, tzinfo=UTC), "Europe/Berlin")


@pytest.fixture
def window(google: GoogleHarness) -> httpx.Client:
    return httpx.Client(base_url=google.server.origin, follow_redirects=True)


def test_a_person_sees_titles_without_their_ticks(google: GoogleHarness) -> None:
    google.milestone("Done with part one", DUE)
    google.milestone("Exam", date(2026, 5, 6), done=True)
    assert google.person.titles(Kind.MILESTONE) == ["Exam", "Done with part one"]
    assert google.person.shows(Kind.MILESTONE, "Exam") == {
        "title": "Exam",
        "due": date(2026, 5, 6),
        "done": True,
    }
    assert google.person.shows(Kind.MILESTONE, "✓ Exam")["title"] == "Exam"


def test_a_person_ticks_renames_and_moves(google: GoogleHarness) -> None:
    google.person.add(Kind.MILESTONE, "Exam", due=DUE)
    google.person.edit(Kind.MILESTONE, "Exam", "done", value=True)
    google.person.edit(Kind.MILESTONE, "Exam", "title", "Viva")
    google.person.edit(Kind.MILESTONE, "Viva", "due", date(2026, 5, 9))
    shown = {"title": "Viva", "due": date(2026, 5, 9), "done": True}
    assert google.person.shows(Kind.MILESTONE, "Viva") == shown
    at = Moment(datetime(2026, 5, 10, 12, tzinfo=UTC))
    google.person.edit(Kind.MILESTONE, "Viva", "due", at)
    google.person.edit(Kind.MILESTONE, "Viva", "done", value=False)
    shown = {"title": "Viva", "due": date(2026, 5, 10), "done": False}
    assert google.person.shows(Kind.MILESTONE, "Viva") == shown
    google.person.delete(Kind.MILESTONE, "Viva")
    assert google.person.titles(Kind.MILESTONE) == []


def test_a_person_cannot_do_what_the_calendar_does_not_show(google: GoogleHarness) -> None:
    google.person.add(Kind.MILESTONE, "Exam", due=DUE)
    person = google.person
    assert person.titles(Kind.TASK) == []
    with pytest.raises(KeyError):
        person.shows(Kind.TASK, "Exam")
    with pytest.raises(KeyError):
        person.shows(Kind.MILESTONE, "Nothing")
    with pytest.raises(KeyError):
        person.edit(Kind.MILESTONE, "Exam", "notes", "Room 4")
    with pytest.raises(KeyError):
        person.edit(Kind.MILESTONE, "Exam", "due", None)
    with pytest.raises(KeyError):
        person.delete(Kind.MILESTONE, "Nothing")


def test_before_a_calendar_is_made_there_is_nothing(fresh: GoogleHarness) -> None:
    assert fresh.person.titles(Kind.MILESTONE) == []
    with pytest.raises(KeyError):
        fresh.person.add(Kind.MILESTONE, "Exam", due=DUE)


def test_a_person_drags_resizes_ticks_and_renames_a_block(google: GoogleHarness) -> None:
    google.create(Kind.BLOCK, "SQL course", start=NINE, end=TEN)
    person = google.person
    shown = {"title": "SQL course", "start": NINE, "end": TEN, "state": BlockState.PUBLISHED}
    assert person.shows(Kind.BLOCK, "SQL course") == shown
    person.edit(Kind.BLOCK, "SQL course", "start", TEN)
    eleven = Moment(TEN.at + timedelta(hours=1), "Europe/Berlin")
    assert person.shows(Kind.BLOCK, "SQL course") == {**shown, "start": TEN, "end": eleven}
    person.edit(Kind.BLOCK, "SQL course", "end", Moment(TEN.at + timedelta(minutes=20)))
    person.edit(Kind.BLOCK, "SQL course", "state", BlockState.DONE)
    person.edit(Kind.BLOCK, "SQL course", "title", "SQL, chapter 2")
    assert person.shows(Kind.BLOCK, "✓ SQL, chapter 2") == {
        "title": "SQL, chapter 2",
        "start": TEN,
        "end": Moment(TEN.at + timedelta(minutes=20), "Europe/Berlin"),
        "state": BlockState.DONE,
    }
    person.edit(Kind.BLOCK, "SQL, chapter 2", "start", DUE)
    assert person.shows(Kind.BLOCK, "SQL, chapter 2")["start"] == DUE
    person.delete(Kind.BLOCK, "SQL, chapter 2")
    assert person.titles(Kind.BLOCK) == []


def test_a_block_cannot_end_before_it_starts(google: GoogleHarness) -> None:
    google.create(Kind.BLOCK, "SQL course", start=NINE, end=TEN)
    with pytest.raises(ValueError, match="after it starts"):
        google.person.edit(Kind.BLOCK, "SQL course", "end", NINE)
    with pytest.raises(KeyError):
        google.person.edit(Kind.BLOCK, "SQL course", "goal", "Another")
    with pytest.raises(KeyError):
        google.person.add(Kind.BLOCK, "Without a time")


# The window.


def test_the_week_shows_blocks_in_their_colours_beside_each_other(
    google: GoogleHarness, window: httpx.Client
) -> None:
    google.create(Kind.BLOCK, "SQL", start=NINE, end=TEN, goal="one-goal")
    google.create(Kind.BLOCK, "Go", start=NINE, end=TEN, goal="another", state=BlockState.DONE)
    page = window.get("/", params={"day": "2026-05-06"}).text
    drawn = re.findall(
        r'<a class="ev ([^"]+)"[^>]*title="(SQL|✓ Go)"[^>]*style="([^"]+)"', page
    )
    assert {title: kind.split()[-1] for kind, title, _ in drawn} == {"SQL": "c1", "✓ Go": "c2"}
    assert "done" in {title: kind for kind, title, _ in drawn}["✓ Go"]
    tops = {title: re.search(r"top:(\d+)px;height:(\d+)px", style) for _, title, style in drawn}
    assert {top.groups() for top in tops.values() if top} == {
        ("72", "34")
    }  # at nine, an hour long
    lefts = {re.search(r"left:calc\(([\d.]+)% ", style)[1] for _, _, style in drawn}  # type: ignore[index]
    assert {float(left) for left in lefts} == {0, 50}


def test_the_window_moves_resizes_and_ticks_a_block(
    google: GoogleHarness, window: httpx.Client
) -> None:
    item = google.create(Kind.BLOCK, "SQL", start=NINE, end=TEN)
    which = {"calendar": google.calendar.id, "event": item.id, "view": "week"}
    assert 'value="09:00"' in window.get("/", params={**which, "day": "2026-05-06"}).text
    window.post("/_sandbox/move", data={**which, "date": "2026-05-07", "time": "18:30"})
    window.post("/_sandbox/resize", data={**which, "minutes": "45"})
    window.post("/_sandbox/tick", data=which)
    start = datetime(2026, 5, 7, 16, 30, tzinfo=UTC)
    assert google.read(item).fields == {
        **item.fields,
        "start": Moment(start, "Europe/Berlin"),
        "end": Moment(start + timedelta(minutes=45), "Europe/Berlin"),
        "state": BlockState.DONE,
    }
    window.post("/_sandbox/tick", data=which)
    assert google.read(item).fields["state"] is BlockState.PINNED


def test_another_sites_page_cannot_use_the_window(
    google: GoogleHarness, window: httpx.Client
) -> None:
    item = google.create(Kind.BLOCK, "SQL", start=NINE, end=TEN)
    form = {"calendar": google.calendar.id, "event": item.id}
    for origin in ("https://example.org", "null", "http://127.0.0.1:1"):
        reply = window.post("/_sandbox/delete", data=form, headers={"origin": origin})
        assert reply.status_code == 403
    assert google.person.titles(Kind.BLOCK) == ["SQL"]
    own = {"origin": google.server.origin}
    assert window.post("/_sandbox/delete", data=form, headers=own).status_code == 200
    assert google.person.titles(Kind.BLOCK) == []


def test_the_week_shows_meetings_and_milestones(
    google: GoogleHarness, window: httpx.Client
) -> None:
    google.milestone("Exam", DUE)
    page = window.get("/").text
    for title in ("Team meeting", "Project review", "Sister&#39;s birthday", "Exam"):
        assert title in page
    assert "Conference" not in page
    month = window.get("/", params={"view": "month", "day": "2026-05-04"}).text
    assert month.count("Conference</a>") == 2
    assert month.count("Team meeting</a>") == 5


def test_what_is_written_in_titles_is_no_markup(
    google: GoogleHarness, window: httpx.Client
) -> None:
    google.milestone('<script>alert("x")</script>', DUE)
    page = window.get("/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_window_renames_moves_deletes_and_adds(
    google: GoogleHarness, window: httpx.Client
) -> None:
    item = google.milestone("Exam", DUE)
    which = {
        "calendar": google.calendar.id,
        "event": item.id,
        "view": "week",
        "day": "2026-05-04",
    }
    assert 'value="Exam"' in window.get("/", params=which).text
    page = window.post("/_sandbox/rename", data={**which, "title": "✓ Viva"})
    assert "✓ Viva" in page.text
    window.post("/_sandbox/move", data={**which, "date": "2026-05-08"})
    read = google.read(item)
    assert read.fields == {"title": "Viva", "due": date(2026, 5, 8), "done": True}
    window.post("/_sandbox/delete", data=which)
    assert google.person.titles(Kind.MILESTONE) == []
    new = {"calendar": google.calendar.id, "title": "By hand", "date": "2026-05-06"}
    window.post("/_sandbox/add", data=new)
    assert google.person.titles(Kind.MILESTONE) == ["By hand"]
    timed = {"calendar": "primary", "title": "Haircut", "date": "2026-05-06", "minutes": "30"}
    page = window.post("/_sandbox/add", data={**timed, "time": "17:15"})
    assert "17:15 Haircut" in page.text


def test_dragging_one_meeting_of_a_series_moves_that_one(
    google: GoogleHarness, window: httpx.Client
) -> None:
    account = google.sandbox.account
    calendar = account.calendar("primary")
    (weekly,) = [event for event in calendar.events.values() if event.fields.get("recurrence")]
    one = f"{weekly.id}_20260504T073000Z"
    window.post(
        "/_sandbox/move", data={"calendar": "primary", "event": one, "date": "2026-05-05"}
    )
    assert acts.first_day(account.event(calendar, one), calendar) == date(2026, 5, 5)
    assert acts.first_day(account.event(calendar, weekly.id), calendar) == date(2026, 5, 4)


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("rename", {"calendar": "primary", "event": "nothing", "title": "X"}),
        ("move", {"calendar": "primary", "event": "nothing", "date": "someday"}),
        ("dance", {"calendar": "primary"}),
        ("rename", {}),
        ("resize", {"calendar": "primary", "event": "nothing", "minutes": "5"}),
        ("add", {"calendar": "primary", "title": "X", "date": "2026-05-06", "time": "x"}),
    ],
)
def test_what_the_window_cannot_do_is_said(
    window: httpx.Client, act: str, form: dict[str, str]
) -> None:
    reply = window.post(f"/_sandbox/{act}", data=form)
    assert reply.status_code == 400
    assert "cannot be done" in reply.text


def test_a_window_on_nothing_shows_today(window: httpx.Client) -> None:
    assert (
        window.get("/", params={"day": "someday", "event": "x", "calendar": "y"}).status_code
        == 200
    )
    assert "December 2026" in window.get("/", params={"day": "2026-12-31"}).text
