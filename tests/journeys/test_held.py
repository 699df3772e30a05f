"""Brakes: what would take much away at once waits for a decision, in that tool alone."""

from collections.abc import Callable
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.testing.fault_injection import Fault
from tests.journeys.beginnings import Beginnings, settle
from tests.journeys.homes import Home, counted, only_sentence

TASK, STEP = Kind.TASK, Kind.MILESTONE
MANY = 12
GONE = 8


def titles(number: int = MANY) -> list[str]:
    return [f"Step {one:02}" for one in range(number)]


def plan_of(kind: Kind, number: int = MANY) -> str:
    """Return a plan of many things of one kind, under one goal."""
    lines = [f"- {{title: {one}, goal: Lead a team, due: +40d}}" for one in titles(number)]
    goal = "goals: [{title: Lead a team, status: active, due: +300d}]"
    return "\n".join([goal, f"{kind}:", *lines])


PLAN = plan_of(TASK)
KINDS = {"todoist": TASK, "notion": TASK, "google": STEP}


@pytest.fixture
def robbed(
    home: Home, begun: Beginnings, request: pytest.FixtureRequest
) -> tuple[Home, str, Kind]:
    """A home where 8 of 12 things were deleted in one tool; it is held."""
    tool = request.param
    begun(home, rob, tool, MANY, GONE)
    return home, tool, KINDS[tool]


def rob(home: Home, tool: str, number: int, gone: int) -> None:
    kind = KINDS[tool]
    settle(home, plan_of(kind, number))
    for title in titles(gone):
        home.person(tool).delete(kind, title)
    held(home, tool)


def held(home: Home, tool: str) -> None:
    """Sync; this tool has to be held, and nothing is written in it."""
    before = {name: home.writes(name) for name in home.served}
    report = home.sync_badly(3)
    states = {name: one["state"] for name, one in report["tools"].items()}
    assert states.pop(tool) == "held"
    assert set(states.values()) == {"ok"}
    only_sentence(report["problems"])
    assert f"syncd approve {tool}" in report["problems"][0]
    assert counted(report, "deleted") == 0
    assert home.writes(tool) == before[tool]


each = pytest.mark.parametrize("robbed", KINDS, indirect=True)


def both(home: Home, kind: Kind) -> list[Any]:
    """Return the people of the two tools that hold a kind."""
    return [home.notion, home.todoist if kind is TASK else home.calendar]


@pytest.mark.parametrize("tool", KINDS)
def test_twenty_of_thirty_deletions_are_held_and_shown(home: Home, tool: str) -> None:
    rob(home, tool, 30, 20)
    kind = KINDS[tool]
    other = next(one for one in both(home, kind) if one is not home.person(tool))
    assert len(other.titles(kind)) == 30
    assert len(home.plan(kind)) == 30
    status = home.syncd("status")
    assert status.status == 3
    assert "Step 00" in status.out
    assert f"syncd approve {tool}" in status.out
    shown = home.syncd("status", "--json").json["tools"][tool]["held"]["lines"]
    assert len(shown) == 20


@each
def test_while_one_tool_is_held_the_others_go_on(robbed: tuple[Home, str, Kind]) -> None:
    home, tool, kind = robbed
    other = next(one for one in both(home, kind) if one is not home.person(tool))
    other.edit(kind, "Step 10", "title", "Renamed meanwhile")
    held(home, tool)
    assert "Renamed meanwhile" in home.plan(kind)
    home.syncd("reject", tool)
    home.later(minutes=5)
    home.sync_and_rest()
    assert all("Renamed meanwhile" in one.titles(kind) for one in both(home, kind))


@each
def test_an_approval_does_exactly_what_was_shown(robbed: tuple[Home, str, Kind]) -> None:
    home, tool, kind = robbed
    plan = home.syncd("status", "--json").json["tools"][tool]["held"]["hash"]
    assert home.syncd("approve", tool, "--plan", "0000").status == 2
    assert home.syncd("approve", tool, "--plan", plan).status == 0
    home.sync_and_rest()
    assert sorted(home.plan(kind)) == titles()[GONE:]
    assert all(sorted(one.titles(kind)) == titles()[GONE:] for one in both(home, kind))
    assert home.notion.titles(Kind.GOAL) == ["Lead a team"]

    assert home.syncd("restore", "Step 00").status == 0, "and it can be taken back"
    home.later(minutes=5)
    home.sync_and_rest()
    assert all("Step 00" in one.titles(kind) for one in both(home, kind))


@each
def test_a_rejection_puts_everything_back(robbed: tuple[Home, str, Kind]) -> None:
    home, tool, kind = robbed
    assert home.syncd("reject", tool).status == 0
    home.later(minutes=5)
    home.sync_and_rest()
    assert sorted(home.plan(kind)) == titles()
    assert all(sorted(one.titles(kind)) == titles() for one in both(home, kind))


@each
def test_an_approval_of_what_has_grown_since_is_void(robbed: tuple[Home, str, Kind]) -> None:
    home, tool, kind = robbed
    assert home.syncd("approve", tool).status == 0
    home.person(tool).delete(kind, "Step 09")
    held(home, tool)
    assert sorted(home.plan(kind)) == titles()


def test_five_deletions_are_an_ordinary_day(synced: Home) -> None:
    for title in titles()[:5]:
        synced.todoist.delete(TASK, title)
    synced.sync_and_rest()
    assert len(synced.notion.titles(TASK)) == MANY - 5


def test_a_mass_change_is_held(synced: Home) -> None:
    for title in titles():
        synced.notion.edit(TASK, title, "title", f"{title}!")
    held(synced, "notion")
    assert sorted(synced.todoist.titles(TASK)) == titles()
    assert synced.syncd("approve", "notion").status == 0
    synced.sync_and_rest()
    assert sorted(synced.todoist.titles(TASK)) == [f"{title}!" for title in titles()]


# Whole containers.

ROWS: dict[str, Any] = {
    "object": "list",
    "results": [],
    "next_cursor": None,
    "has_more": False,
    "type": "page_or_data_source",
    "page_or_data_source": {},
}


def empty_notion(home: Home) -> None:
    fault = Fault(act="status", path=".*/query", times=0, status=200, reply=ROWS)
    home.fault("notion", fault)


def empty_google(home: Home) -> None:
    home.sandbox("google").expire_cursors()
    home.sandbox("google").empty_listing_once()


def empty_todoist(home: Home) -> None:
    reply = {
        "sync_token": "later",
        "full_sync": True,
        "items": [],
        "sections": [],
        "projects": [],
        "user": {},
    }
    home.fault("todoist", Fault(act="status", path=".*/sync", times=1, status=200, reply=reply))


@pytest.mark.parametrize(
    "empty", [empty_notion, empty_google, empty_todoist], ids=["notion", "google", "todoist"]
)
def test_a_listing_that_is_suddenly_empty_deletes_nothing(
    synced: Home, empty: Callable[[Home], None]
) -> None:
    before = synced.titles()
    empty(synced)
    done = synced.syncd("sync")
    assert "Traceback" not in done.err
    assert synced.titles() == before
    assert len(synced.plan(TASK)) == MANY
    synced.mend()
    synced.later(minutes=5)
    synced.sync_and_rest()
    assert synced.titles() == before


def lose_project(home: Home) -> None:
    home.todoist.delete_project("Career plan")


def lose_calendar(home: Home) -> None:
    home.sandbox("google").lose_container()


def lose_database(home: Home) -> None:
    home.notion.trash_database(TASK)


def lose_share(home: Home) -> None:
    """Take a database away from syncd; the person calls it something else, too."""
    home.notion.unshare(TASK)
    home.notion.source(TASK).title = [{"plain_text": "Old tasks"}]


def archive_project(home: Home) -> None:
    home.todoist.archive_project("Career plan")


WHOLE: dict[str, tuple[str, Callable[[Home], None], Kind]] = {
    "a deleted project": ("todoist", lose_project, TASK),
    "a deleted calendar": ("google", lose_calendar, STEP),
    "a trashed database": ("notion", lose_database, TASK),
    "an archived project": ("todoist", archive_project, TASK),
    "an unshared database": ("notion", lose_share, TASK),
}


@pytest.fixture
def bereft(
    home: Home, begun: Beginnings, request: pytest.FixtureRequest
) -> tuple[Home, str, Kind]:
    """A home where a whole container was lost; its tool is held."""
    tool, lose, kind = request.param
    begun(home, settle, plan_of(kind, 8))
    lose(home)
    held(home, tool)
    return home, tool, kind


lost = pytest.mark.parametrize("bereft", WHOLE.values(), ids=WHOLE, indirect=True)


@lost
def test_a_container_that_is_gone_is_held(bereft: tuple[Home, str, Kind]) -> None:
    home, tool, kind = bereft
    held(home, tool)
    assert len(home.plan(kind)) == 8
    other = next(one for one in both(home, kind) if one is not home.person(tool))
    assert len(other.titles(kind)) == 8


@lost
def test_a_container_whose_loss_is_rejected_is_made_again_with_all_it_held(
    bereft: tuple[Home, str, Kind],
) -> None:
    home, tool, kind = bereft
    assert home.syncd("reject", tool).status == 0
    home.later(minutes=5)
    home.sync_and_rest()
    assert sorted(home.plan(kind)) == titles(8)
    assert all(sorted(one.titles(kind)) == titles(8) for one in both(home, kind))
    home.later(minutes=5)
    home.person(tool).edit(kind, "Step 03", "title", "It is the new one that counts")
    home.sync_and_rest()
    assert "It is the new one that counts" in home.plan(kind)


@lost
def test_a_container_whose_loss_is_approved_takes_what_it_held_along(
    bereft: tuple[Home, str, Kind],
) -> None:
    home, tool, kind = bereft
    assert home.syncd("approve", tool).status == 0
    home.later(minutes=5)
    home.sync_and_rest()
    assert home.plan(kind) == {}
    other = next(one for one in both(home, kind) if one is not home.person(tool))
    assert other.titles(kind) == []
    assert home.notion.titles(Kind.GOAL) == ["Lead a team"]


def test_a_container_that_comes_back_by_itself_needs_no_decision(synced: Home) -> None:
    before = synced.titles()
    source = synced.notion.source(TASK)
    database = synced.notion._workspace.databases[source.parent]
    synced.notion.trash_database(TASK)
    held(synced, "notion")
    synced.notion._workspace.set_trash(database, in_trash=False)
    synced.later(minutes=5)
    synced.sync_and_rest()
    assert synced.titles() == before
