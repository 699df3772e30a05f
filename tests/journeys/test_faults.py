"""Services that lose replies, limit, fail, forget, and tell the wrong time."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.testing.fault_injection import Fault
from tests.journeys.beginnings import Beginnings, settle
from tests.journeys.homes import Home, counted, only_sentence

PLAN = """
goals:
  - {title: Lead a team, status: active, due: +300d}
  - {title: Speak in public, status: active, due: +200d}
milestones:
  - {title: First project led, goal: Lead a team, due: +40d}
  - {title: First talk, goal: Speak in public, due: +50d}
tasks:
  - {title: Read the book, goal: Lead a team, due: +20d}
  - {title: Ask for feedback, goal: Lead a team, priority: 2}
  - {title: Give a talk, goal: Speak in public}
  - {title: Buy a suit}
"""
TASK, STEP = Kind.TASK, Kind.MILESTONE
DAY = date(2027, 3, 14)
TOOLS = ["notion", "google", "todoist"]


def on_writes(tool: str, act: str, **more: Any) -> Fault:
    """Return a fault that meets whatever changes something in a tool."""
    return Fault(
        act=act,
        method="POST|PATCH|PUT|DELETE",
        path=r"(?!.*/(query|search|token|freeBusy)$).*",
        body="commands" if tool == "todoist" else "",
        **more,
    )


def much_to_write(home: Home) -> None:
    """Change the plan so that every tool has things to make, to change and to remove."""
    home.import_plan(
        """
goals: [{title: Learn to sail, status: active}]
milestones: [{title: First trip, goal: Learn to sail, due: +60d}]
tasks:
  - {title: Rent a boat, goal: Learn to sail, notes: A small one.}
  - {title: Learn the knots, goal: Learn to sail, parent: Rent a boat}
  - {title: Read the book, goal: Lead a team, due: 2027-03-14}
  - {title: Buy a suit, done: true}
"""
    )
    cycle = home.syncd("history", "--json").json["changes"][-1]["cycle"]
    for title in ("First talk", "Ask for feedback"):
        made = home.syncd("history", title, "--json").json["changes"]
        number = next(one["change"] for one in made if one["field"] == "")
        assert home.syncd("undo", str(number)).status == 0, cycle


def plan_much(home: Home) -> None:
    settle(home, PLAN)
    much_to_write(home)


@pytest.fixture
def busy(home: Home, begun: Beginnings) -> Home:
    """A home that has much to write."""
    begun(home, plan_much)
    return home


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, begun: Beginnings) -> Any:
    """Return what the tools show after all that, when nothing goes wrong."""
    home = Home(tmp_path_factory.mktemp("undisturbed"), begun.forker)
    begun(home, plan_much)
    home.sync_and_rest()
    shown = home.titles()
    home.close()
    return shown


UNCLEAR = {
    "is lost": {"act": "close-after"},
    "is cut off": {"act": "cut"},
    "is garbage": {"act": "garbage"},
    "is a 502": {"act": "status-after", "status": 502, "reply": "<html>bad gateway</html>"},
}


@pytest.mark.parametrize("kind", UNCLEAR.values(), ids=UNCLEAR)
@pytest.mark.parametrize("tool", TOOLS)
def test_when_the_reply_to_a_write(
    busy: Home, undisturbed: Any, tool: str, kind: dict[str, Any]
) -> None:
    """Each write's reply goes astray once: nothing is doubled, lost, or a conflict."""
    cycles = 0
    while True:
        cycles += 1
        assert cycles < 25, "it does not get on"
        fault = busy.fault(tool, on_writes(tool, times=4, **kind))
        done = busy.syncd("sync", "--json")
        assert "Traceback" not in done.err
        assert done.json["conflicts"] == 0
        busy.mend()
        if not fault.met:
            break
        told = done.status == 1
        assert told or done.json["converged"], "it is told that not everything is done"
    assert cycles > 1, "nothing went astray"
    assert busy.titles() == undisturbed
    busy.rest()
    shown = busy.notion.shows(TASK, "Read the book")
    assert shown["due"] == busy.todoist.shows(TASK, "Read the book")["due"] == DAY
    assert busy.todoist.shows(TASK, "Learn the knots")["parent"] == "Rent a boat"


@pytest.mark.parametrize("act", ["close-after", "garbage"])
@pytest.mark.parametrize("tool", TOOLS)
def test_containers_whose_making_was_not_answered_are_not_made_twice(
    home: Home, tool: str, act: str
) -> None:
    home.import_plan(PLAN)
    for _ in range(20):
        fault = home.fault(tool, on_writes(tool, act, times=4))
        home.syncd("sync")
        home.mend()
        if not fault.met:
            break
    home.sync()
    home.rest()
    databases = [it.title[0]["plain_text"] for it in home.notion._workspace.databases.values()]
    assert len(databases) == len(set(databases)) == 9
    projects = [it["name"] for it in home.todoist._state.live("projects")]
    assert sorted(projects) == ["Career plan", "Inbox"]
    assert [it.ours for it in home.calendar._account.calendars.values()].count(True) == 1
    assert len(home.titles()["notion tasks"]) == 4
    assert home.titles()["notion tasks"] == home.titles()["todoist tasks"]


def test_what_the_person_edits_after_a_lost_reply_is_theirs_and_no_conflict(
    synced: Home,
) -> None:
    synced.todoist.edit(TASK, "Read the book", "title", "Read half of it")
    fault = synced.fault("notion", on_writes("notion", "close-after", times=4))
    assert synced.syncd("sync").status == 1
    assert fault.met
    synced.mend()
    synced.later(minutes=5)
    synced.notion.edit(TASK, "Read half of it", "title", "Read all of it")
    synced.notion.edit(TASK, "Read all of it", "due", DAY)
    report = synced.sync_and_rest()
    assert report["conflicts"] == 0
    assert synced.todoist.shows(TASK, "Read all of it")["due"] == DAY


TROUBLES: dict[str, dict[str, Any]] = {
    "a burst of 503": {"act": "status", "status": 503, "times": 2},
    "a burst of 500 on reads": {
        "act": "status",
        "status": 500,
        "method": "GET|POST",
        "times": 2,
    },
    "dropped connections": {"act": "close-before", "times": 2},
    "a body that is cut off": {"act": "cut", "times": 1},
    "garbage": {"act": "garbage", "times": 1},
    "a limit": {
        "act": "status",
        "status": 429,
        "headers": {"Retry-After": "7"},
        "times": 2,
        "reply": {"error": "slow down", "error_extra": {"retry_after": 7}},
    },
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("tool", TOOLS)
def test_a_short_trouble_while_reading_is_waited_out(
    synced: Home, tool: str, trouble: dict[str, Any]
) -> None:
    synced.todoist.edit(TASK, "Read the book", "due", DAY)
    synced.calendar.edit(STEP, "First talk", "due", DAY)
    synced.notion.edit(TASK, "Give a talk", "title", "Give two talks")
    fault = synced.fault(tool, Fault(**trouble))
    report = synced.sync()
    assert fault.met > 0
    assert report["conflicts"] == 0
    synced.mend()
    synced.rest()
    assert synced.notion.shows(TASK, "Read the book")["due"] == DAY
    assert synced.notion.shows(STEP, "First talk")["due"] == DAY
    assert "Give two talks" in synced.todoist.titles(TASK)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_long_limit_is_respected_and_told(synced: Home, tool: str) -> None:
    limit = Fault(
        act="status",
        status=429,
        headers={"Retry-After": "1800"},
        times=0,
        reply={"error": "slow down", "error_extra": {"retry_after": 1800}},
    )
    synced.fault(tool, limit)
    report = synced.sync_badly(1)
    assert report["tools"][tool]["state"] == "backing off"
    assert limit.met == 1, "it is not asked again before its time"
    status = synced.syncd("status", "--json")
    assert status.status == 0, "it mends itself"
    assert status.json["tools"][tool]["until"]
    synced.mend()
    synced.sync_and_rest()
    assert synced.syncd("status", "--json").json["tools"][tool]["until"] is None


DOWN: dict[str, dict[str, Any]] = {
    "fails": {"act": "status", "status": 503},
    "hangs up": {"act": "close-before"},
    "talks nonsense": {"act": "garbage"},
}


@pytest.mark.parametrize("how", DOWN.values(), ids=DOWN)
@pytest.mark.parametrize("tool", TOOLS)
def test_while_one_tool(synced: Home, tool: str, how: dict[str, Any]) -> None:
    """One tool is down: the others go on, and it catches up by itself."""
    synced.fault(tool, Fault(times=0, **how))
    others = [one for one in TOOLS if one != tool]
    synced.import_plan(
        """
milestones: [{title: Second talk, goal: Speak in public, due: +70d}]
tasks: [{title: Order the books, goal: Lead a team}]
"""
    )
    report = synced.sync_badly(1)
    assert report["tools"][tool]["state"] == "backing off"
    assert {report["tools"][one]["state"] for one in others} == {"ok"}
    only_sentence(report["problems"])
    if tool != "notion":
        assert "Order the books" in synced.notion.titles(TASK)
        assert "Second talk" in synced.notion.titles(STEP)
    else:
        assert "Order the books" in synced.todoist.titles(TASK)
        assert "Second talk" in synced.calendar.titles(STEP)
    synced.mend()
    synced.later(minutes=5)
    synced.sync_and_rest()
    for person, kind, title in (
        (synced.notion, TASK, "Order the books"),
        (synced.todoist, TASK, "Order the books"),
        (synced.notion, STEP, "Second talk"),
        (synced.calendar, STEP, "Second talk"),
    ):
        assert person.titles(kind).count(title) == 1


def test_access_that_ended_is_renewed_without_a_word(synced: Home) -> None:
    synced.sandbox("google").expire_access()
    synced.calendar.edit(STEP, "First talk", "due", DAY)
    report = synced.sync_and_rest()
    assert report["problems"] == []
    assert synced.notion.shows(STEP, "First talk")["due"] == DAY


def test_a_place_in_the_calendar_that_expired_loses_no_deletion(synced: Home) -> None:
    synced.calendar.delete(STEP, "First talk")
    synced.calendar.edit(STEP, "First project led", "due", DAY)
    synced.sandbox("google").expire_cursors()
    synced.sync_and_rest()
    assert synced.notion.titles(STEP) == ["First project led"]
    assert synced.notion.shows(STEP, "First project led")["due"] == DAY


@pytest.mark.parametrize("refused", [True, False], ids=["refused", "answered in full"])
def test_a_place_in_todoist_that_expired_loses_no_deletion(
    synced: Home, *, refused: bool
) -> None:
    synced.sandbox("todoist").switches.refuses_old_tokens = refused
    synced.todoist.delete(TASK, "Read the book")
    synced.todoist.edit(TASK, "Give a talk", "done", True)
    synced.todoist.edit(TASK, "Buy a suit", "due", DAY)
    synced.todoist.add(TASK, "Buy a tie")
    synced.todoist.move_out("Ask for feedback")
    synced.sandbox("todoist").expire_cursors()
    synced.sync_and_rest()
    assert sorted(synced.notion.titles(TASK)) == ["Buy a suit", "Buy a tie", "Give a talk"]
    assert synced.notion.shows(TASK, "Give a talk")["done"] is True
    assert synced.notion.shows(TASK, "Buy a suit")["due"] == DAY


@pytest.mark.parametrize("hours", [24, -24], ids=["ahead", "behind"])
@pytest.mark.parametrize(
    ("tools", "kind", "title"),
    [
        (("todoist", "notion"), TASK, "Read the book"),
        (("notion", "todoist"), TASK, "Read the book"),
        (("google", "notion"), STEP, "First talk"),
        (("notion", "google"), STEP, "First talk"),
    ],
    ids=["todoist", "notion against todoist", "calendar", "notion against the calendar"],
)
def test_the_later_edit_wins_though_a_clock_is_a_day(
    home: Home, tools: tuple[str, str], kind: Kind, title: str, hours: int
) -> None:
    """A service's clock is a day ahead or behind; edits are still told apart."""
    wrong, other = tools
    home.later(hours=24)  # no service's own clock ever goes back
    home.watches[wrong].off = timedelta(hours=hours)
    home.import_plan(PLAN)
    home.sync()
    for first, second in ((wrong, other), (other, wrong)):
        home.later(minutes=10)
        shown = home.person(first).titles(kind)
        assert title in shown
        home.person(first).edit(kind, title, "title", f"Of {first}")
        home.later(minutes=10)
        home.person(second).edit(kind, title, "title", f"Of {second}, later")
        assert home.sync()["conflicts"] == 1
        title = f"Of {second}, later"
        assert title in home.person(first).titles(kind)
        home.rest()


def test_an_item_that_a_tool_refuses_is_told_and_the_rest_goes_on(synced: Home) -> None:
    refusal = {
        "object": "error",
        "status": 400,
        "code": "validation_error",
        "message": "body failed validation.",
    }
    synced.fault(
        "notion",
        Fault(
            act="status",
            method="POST",
            path="/v1/pages",
            body="Buy a tie",
            times=0,
            status=400,
            reply=refusal,
        ),
    )
    for title in ("Buy a hat", "Buy a tie", "Buy new shoes"):
        synced.todoist.add(TASK, title)
    report = synced.sync_badly(1)
    only_sentence(report["problems"])
    assert {"Buy a hat", "Buy new shoes"} <= set(synced.notion.titles(TASK))
    before = synced.writes("notion")
    assert counted(synced.sync_badly(1), "created", "updated") == 0
    assert synced.writes("notion") == before, "the same is not sent again and again"

    synced.later(minutes=5)
    synced.todoist.edit(TASK, "Buy a tie", "title", "Buy a bow")
    assert synced.sync_and_rest()["problems"] == []
    assert "Buy a bow" in synced.notion.titles(TASK)


def test_an_account_that_lost_its_durations_keeps_the_estimates(synced: Home) -> None:
    synced.todoist.edit(TASK, "Read the book", "estimate_minutes", 45)
    synced.sync()
    synced.later(minutes=5)
    synced.sandbox("todoist").downgrade()
    synced.notion.edit(TASK, "Give a talk", "estimate_minutes", 30)
    synced.sync_and_rest()
    assert synced.plan(TASK)["Read the book"]["estimate_minutes"] == 45
    assert synced.notion.shows(TASK, "Give a talk")["estimate_minutes"] == 30


def test_keys_that_nobody_knows_harm_nothing(synced: Home) -> None:
    switches = synced.sandbox("todoist").switches
    switches.extra_keys = {"brand_new": {"deep": [1, 2]}, "responsible_robot": None}
    synced.todoist.edit(TASK, "Read the book", "due", DAY)
    assert synced.sync_and_rest()["problems"] == []
    assert synced.notion.shows(TASK, "Read the book")["due"] == DAY


SWITCHES: dict[str, Callable[[Any], None]] = {
    "hides what a command changed": lambda it: setattr(it, "hides_changes", True),
    "repeats no mapping": lambda it: setattr(it, "repeats_mapping", False),
}


@pytest.mark.parametrize("switch", SWITCHES.values(), ids=SWITCHES)
def test_it_comes_to_the_same_when_todoist(
    busy: Home, undisturbed: Any, switch: Callable[[Any], None]
) -> None:
    switch(busy.sandbox("todoist").switches)
    busy.fault("todoist", on_writes("todoist", "close-after", times=1))
    busy.syncd("sync")
    busy.sync()
    busy.rest()
    assert busy.titles() == undisturbed
