"""Brakes: what would take much away at once waits for a decision, in that tool alone."""

from collections.abc import Callable
from typing import Any

import pytest
from homes import Home, counted, only_sentence

from syncd.connect.sandbox import Fault
from syncd.model.entities import Kind

TASK = Kind.TASK
MANY = 30
TASKS = [f"Step {number:02}" for number in range(MANY)]
STEPS = [f"Stage {number:02}" for number in range(MANY)]
PLAN = f"""
goals: [{{title: Lead a team, status: active, due: +300d}}]
milestones: [{", ".join(f"{{title: {one}, goal: Lead a team, due: +{at + 9}d}}" for at, one in enumerate(STEPS))}]
tasks: [{", ".join(f"{{title: {one}, goal: Lead a team}}" for one in TASKS)}]
"""
LOST = {
    "todoist": (TASK, TASKS[:20]),
    "notion": (TASK, TASKS[:20]),
    "google": (Kind.MILESTONE, STEPS[:20]),
}


@pytest.fixture
def robbed(synced: Home, request: pytest.FixtureRequest) -> tuple[Home, str]:
    """A home where 20 of 30 things were deleted in one tool; it is held."""
    tool = request.param
    kind, titles = LOST[tool]
    for title in titles:
        synced.person(tool).delete(kind, title)
    held(synced, tool)
    return synced, tool


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


each = pytest.mark.parametrize("robbed", LOST, indirect=True)


@each
def test_a_mass_deletion_is_held_and_shown(robbed: tuple[Home, str]) -> None:
    home, tool = robbed
    kind, titles = LOST[tool]
    others = {"todoist", "notion"} - {tool} if kind is TASK else {"notion"}
    for other in others:
        assert len(home.person(other).titles(kind)) == MANY
    assert len(home.plan(kind)) == MANY
    status = home.syncd("status")
    assert status.status == 3
    assert titles[0] in status.out
    assert f"syncd approve {tool}" in status.out
    shown = home.syncd("status", "--json").json["tools"][tool]["held"]["lines"]
    assert len(shown) == 20

    kept = LOST[tool][1] and sorted(home.person(tool).titles(kind))[-1]
    home.notion.edit(Kind.GOAL, "Lead a team", "why", "To shape what we build")
    if tool != "notion":
        home.notion.edit(kind, kept, "title", "Renamed meanwhile")
    else:
        home.todoist.edit(kind, kept, "title", "Renamed meanwhile")
    held(home, tool)
    assert "Renamed meanwhile" in home.plan(kind), "the others go on"


@each
def test_an_approval_does_exactly_what_was_shown(robbed: tuple[Home, str]) -> None:
    home, tool = robbed
    kind, titles = LOST[tool]
    plan = home.syncd("status", "--json").json["tools"][tool]["held"]["hash"]
    assert home.syncd("approve", tool, "--plan", "0000").status == 2
    assert home.syncd("approve", tool, "--plan", plan).status == 0
    home.sync_and_rest()
    assert len(home.plan(kind)) == MANY - 20
    for other in ("todoist", "notion") if kind is TASK else ("google", "notion"):
        assert not set(titles) & set(home.person(other).titles(kind))
        assert len(home.person(other).titles(kind)) == MANY - 20
    other_kind = Kind.MILESTONE if kind is TASK else TASK
    assert len(home.notion.titles(other_kind)) == MANY

    assert home.syncd("restore", titles[0]).status == 0, "and it can be taken back"
    home.later(minutes=5)
    home.sync_and_rest()
    assert titles[0] in home.person(tool).titles(kind)


@each
def test_a_rejection_puts_everything_back(robbed: tuple[Home, str]) -> None:
    home, tool = robbed
    kind, _ = LOST[tool]
    assert home.syncd("reject", tool).status == 0
    home.later(minutes=5)
    home.sync_and_rest()
    assert len(home.plan(kind)) == MANY
    for other in ("todoist", "notion") if kind is TASK else ("google", "notion"):
        assert len(home.person(other).titles(kind)) == MANY
        assert len(set(home.person(other).titles(kind))) == MANY


@each
def test_an_approval_of_what_has_grown_since_is_void(robbed: tuple[Home, str]) -> None:
    home, tool = robbed
    kind, _ = LOST[tool]
    assert home.syncd("approve", tool).status == 0
    home.person(tool).delete(kind, sorted(home.person(tool).titles(kind))[0])
    held(home, tool)
    assert len(home.plan(kind)) == MANY


def test_five_deletions_are_an_ordinary_day(synced: Home) -> None:
    for title in TASKS[:5]:
        synced.todoist.delete(TASK, title)
    synced.sync_and_rest()
    assert len(synced.notion.titles(TASK)) == MANY - 5


def test_a_mass_change_is_held(synced: Home) -> None:
    for title in synced.notion.titles(TASK):
        synced.notion.edit(TASK, title, "title", f"{title}!")
    for kind in (Kind.MILESTONE,):
        for title in synced.notion.titles(kind):
            synced.notion.edit(kind, title, "title", f"{title}!")
    held(synced, "notion")
    assert sorted(synced.todoist.titles(TASK)) == TASKS
    assert synced.syncd("approve", "notion").status == 0
    synced.sync_and_rest()
    assert sorted(synced.todoist.titles(TASK)) == [f"{title}!" for title in TASKS]


# Whole containers.

ROWS = '{"object": "list", "results": [], "next_cursor": null, "has_more": false, "type": "page_or_data_source", "page_or_data_source": {}}'


def empty_notion(home: Home) -> None:
    import json

    home.fault(
        "notion",
        Fault(act="status", path=".*/query", times=0, status=200, reply=json.loads(ROWS)),
    )


def empty_google(home: Home) -> None:
    home.served["google"].sandbox.expire_cursors()
    home.served["google"].sandbox.empty_listing_once()


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
    home.served["google"].sandbox.lose_container()


def lose_database(home: Home) -> None:
    home.notion.trash_database(TASK)


WHOLE: dict[str, tuple[str, Callable[[Home], None], Kind]] = {
    "a deleted project": ("todoist", lose_project, TASK),
    "a deleted calendar": ("google", lose_calendar, Kind.MILESTONE),
    "a trashed database": ("notion", lose_database, TASK),
    "an archived project": (
        "todoist",
        lambda home: home.todoist.archive_project("Career plan"),
        TASK,
    ),
    "an unshared database": ("notion", lambda home: home.notion.unshare(TASK), TASK),
}
lost = pytest.mark.parametrize(("tool", "lose", "kind"), WHOLE.values(), ids=WHOLE)


@lost
def test_a_container_that_is_gone_is_held(
    synced: Home, tool: str, lose: Any, kind: Kind
) -> None:
    lose(synced)
    held(synced, tool)
    held(synced, tool)
    assert len(synced.plan(kind)) == MANY
    if tool != "notion":
        assert len(synced.notion.titles(kind)) == MANY
    else:
        assert len(synced.todoist.titles(kind)) == MANY


@lost
def test_a_container_whose_loss_is_rejected_is_made_again_with_all_it_held(
    synced: Home, tool: str, lose: Any, kind: Kind
) -> None:
    lose(synced)
    held(synced, tool)
    assert synced.syncd("reject", tool).status == 0
    synced.later(minutes=5)
    synced.sync_and_rest()
    assert len(synced.plan(kind)) == MANY
    assert len(set(synced.person(tool).titles(kind))) == MANY
    assert len(synced.person(tool).titles(kind)) == MANY
    synced.later(minutes=5)
    title = synced.person(tool).titles(kind)[0]
    synced.person(tool).edit(kind, title, "title", "It is the new one that counts")
    synced.sync_and_rest()
    assert "It is the new one that counts" in synced.plan(kind)


@lost
def test_a_container_whose_loss_is_approved_takes_what_it_held_along(
    synced: Home, tool: str, lose: Any, kind: Kind
) -> None:
    lose(synced)
    held(synced, tool)
    assert synced.syncd("approve", tool).status == 0
    synced.later(minutes=5)
    synced.sync()
    assert synced.plan(kind) == {}
    if tool != "notion":
        assert synced.notion.titles(kind) == []
    else:
        assert synced.todoist.titles(kind) == []
    synced.rest()


def test_a_container_that_comes_back_by_itself_needs_no_decision(synced: Home) -> None:
    before = synced.titles()
    source = synced.notion.source(TASK)
    database = synced.notion._world.databases[source.parent]
    synced.notion.trash_database(TASK)
    held(synced, "notion")
    synced.notion._world.set_trash(database, in_trash=False)
    synced.later(minutes=5)
    synced.sync_and_rest()
    assert synced.titles() == before
