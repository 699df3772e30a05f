"""What writing does where the answer is not what it should be, or what is there is unread."""

from typing import Any

import pytest

from syncd.connect.contract import Outcome
from syncd.errors import Changed, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.remote import Op, Remote
from syncd_todoist.commands import key_of, temporary
from syncd_todoist.sandbox.app import PROJECT
from syncd_todoist.sandbox.user import TodoistUser
from tests.connectors.syncd_todoist.harness import TodoistHarness
from tests.connectors.syncd_todoist.hostile import answer, change_rows, each, sync_reply


@pytest.fixture(autouse=True)
def once(request: pytest.FixtureRequest) -> None:
    """Have the connector try nothing again: what one reply means is to be seen."""
    for name in {"todoist", "fresh"} & set(request.fixturenames):
        harness = request.getfixturevalue(name)
        harness.connector = harness.bare


NO_IDS: list[Any] = [5, "", "..", "a/b", [], {}, True, ["7qWc3Fh9RvX2mJ5p"], "x" * 2000]


def _made(todoist: TodoistHarness, kind: Kind, told: Any) -> Outcome:
    """Make something whose new id is told so; ``told`` may be a way to tell it."""
    write = todoist.new_write(kind, "Made, perhaps")
    temp = told(write) if callable(told) else told
    reply = {"sync_token": "*", "sync_status": {write.key: "ok"}, "temp_id_mapping": temp}
    answer(todoist, reply, body="_add", times=1)
    return todoist.do(write)


@pytest.mark.parametrize("kind", [Kind.TASK, Kind.GOAL])
def test_what_was_made_without_an_id_that_can_be_used_is_looked_for(
    todoist: TodoistHarness, kind: Kind
) -> None:
    for made in NO_IDS:
        outcome = _made(todoist, kind, lambda it, made=made: {temporary(it): made})
        assert isinstance(outcome, Unclear), made
    for told in each(None, [], "x", 5):
        assert isinstance(_made(todoist, kind, told), Unclear)


@pytest.mark.parametrize("kind", [Kind.TASK, Kind.GOAL])
def test_what_was_made_is_not_another_item(todoist: TodoistHarness, kind: Kind) -> None:
    other = todoist.create(kind, "Another")
    outcome = _made(todoist, kind, lambda it: {temporary(it): other.id})
    assert isinstance(outcome, Unclear)


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"error": "no"},
        *[{"sync_token": "*", "sync_status": it} for it in each(None, [], "ok", 5, {})],
        {"sync_token": 5, "full_sync": "x", "items": 5},
    ],
)
def test_an_answer_that_tells_of_no_command_is_unclear(
    todoist: TodoistHarness, reply: dict[str, Any]
) -> None:
    made = todoist.task("Read")
    answer(todoist, reply, body="item_")
    assert isinstance(todoist.do(todoist.new_write(Kind.TASK, "New")), Unclear)
    assert isinstance(todoist.update(made, title="Read on"), Unclear)
    assert isinstance(todoist.delete(made), Unclear)


@pytest.mark.parametrize(
    "status",
    [
        *(None, 5, [], True, "OK", "done", ["ok"]),
        *[{"error_code": it} for it in each([1], {}, "22", 2.5, True)],
        *[{"error": it} for it in each(5, [], {})],
        {"http_code": "404"},
        {"error_tag": 5},
    ],
)
def test_a_commands_answer_that_cannot_be_read_is_its_own(
    todoist: TodoistHarness, status: Any
) -> None:
    writes = [todoist.new_write(Kind.TASK, title) for title in ("One", "Two")]
    first, second = todoist.connector.write(writes)
    assert isinstance(first, Remote)
    assert isinstance(second, Remote)
    reply = {
        **sync_reply(todoist, None),
        "sync_status": {writes[0].key: status, writes[1].key: "ok"},
        "temp_id_mapping": {temporary(writes[1]): second.id},
    }
    answer(todoist, reply, body="item_add")
    bad, good = todoist.connector.write(writes)
    assert isinstance(bad, Unclear)
    assert isinstance(good, Remote)
    assert good.id == second.id


@pytest.mark.parametrize(
    "change", [{"checked": "true"}, {"id": 5}, {"project_id": None}, {"description": 5}]
)
def test_what_was_written_and_cannot_be_read_is_not_recorded(
    todoist: TodoistHarness, change: dict[str, Any]
) -> None:
    made = todoist.task("Read")
    write_to = {**todoist.raw(made.id), "content": "Read on", **change}
    status = {"sync_token": "*", "items": [write_to], "sections": [], "projects": []}
    answer(todoist, write_to, path=".*/tasks/.*")
    for title in ("Read on", "Read more"):
        write = todoist.write_of(Op.UPDATE, made, {"title": title})
        answer(todoist, {**status, "sync_status": {write.key: "ok"}}, body="item_", times=1)
        assert isinstance(todoist.do(write), TryLater | Unclear)


def test_what_cannot_be_read_is_not_written_over(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    bad, good = todoist.task("Read"), todoist.task("Write")
    cursor = todoist.cursor()
    person.edit(Kind.TASK, "Read", "notes", "The person's own")
    change_rows(
        todoist, cursor, "items", lambda rows: [{**raw, "is_deleted": "no"} for raw in rows]
    )
    todoist.connector.pull(cursor)
    todoist.heal()
    reply = sync_reply(todoist, cursor)
    rows = [{**raw, "is_deleted": "no"} for raw in reply["items"]]
    answer(todoist, {**reply, "items": rows}, body="^(?!.*commands)")
    writes = [
        todoist.write_of(Op.UPDATE, bad, {"notes": "Ours"}),
        todoist.write_of(Op.UPDATE, good, {"notes": "Ours"}),
        todoist.deletion(bad),
    ]
    first, second, third = todoist.connector.write(writes)
    assert isinstance(first, TryLater)
    assert isinstance(second, Remote)
    assert isinstance(third, TryLater)
    assert "The person's own" in person.description("Read")


@pytest.mark.parametrize("reply", [{}, {"items": 5}, {"sync_token": 5}, {"error": "no"}])
def test_nothing_is_written_while_what_changed_cannot_be_read(
    todoist: TodoistHarness, person: TodoistUser, reply: dict[str, Any]
) -> None:
    made = todoist.task("Read")
    person.edit(Kind.TASK, "Read", "notes", "The person's own")
    answer(todoist, reply, body="^(?!.*commands)")
    assert isinstance(todoist.update(made, notes="Ours"), TryLater)
    assert "The person's own" in person.description("Read")


def test_what_changed_is_seen_though_an_answer_left_it_out(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    made = todoist.task("Read")
    person.edit(Kind.TASK, "Read", "notes", "The person's own")
    todoist.sandbox.switches.hides_changes = True
    todoist.task("Write")
    assert isinstance(todoist.update(made, notes="Ours"), Changed)


@pytest.mark.parametrize("entry", [5, {"content": "Below"}, {"checked": 0}, {"parent_id": 5}])
def test_nothing_is_deleted_while_what_is_below_cannot_be_read(
    todoist: TodoistHarness, person: TodoistUser, entry: Any
) -> None:
    top, other = todoist.task("Top"), todoist.task("Other")
    below = todoist.task("Below", parent=top.id)
    raw = {**todoist.raw(below.id), **entry} if isinstance(entry, dict) else entry
    if "content" in (entry if isinstance(entry, dict) else ()):
        raw = entry
    answer(todoist, {"results": [raw]}, path=".*/tasks")
    writes = [todoist.deletion(top), todoist.write_of(Op.UPDATE, other, {"title": "Another"})]
    kept, done = todoist.connector.write(writes)
    assert isinstance(kept, TryLater)
    assert isinstance(done, Remote)
    assert set(person.titles(Kind.TASK)) == {"Top", "Below", "Another"}


def test_tasks_that_are_told_to_be_below_each_other_are_not_deleted_meanwhile(
    todoist: TodoistHarness, person: TodoistUser
) -> None:
    one, two, kept = (todoist.task(title) for title in ("One", "Two", "Kept"))
    above = {one.id: two.id, two.id: one.id, kept.id: one.id}
    rows = [{**todoist.raw(it), "parent_id": parent} for it, parent in above.items()]
    answer(todoist, {"results": rows}, path=".*/tasks")
    deletions = [todoist.deletion(one), todoist.deletion(two)]
    outcomes = todoist.connector.write(deletions)
    assert [type(it) for it in outcomes] == [TryLater, TryLater]
    assert person.titles(Kind.TASK) == ["One", "Two", "Kept"]
    todoist.heal()
    assert todoist.connector.write(deletions) == [None, None]
    assert person.titles(Kind.TASK) == ["Kept"]


_NO_PROJECTS: list[Any] = [
    *[{"id": it, "name": PROJECT} for it in (5, None, "..")],
    *[{"id": "7qWc3Fh9RvX2mJ5p", "name": it} for it in each(5, None, [])],
    *[
        {"id": "7qWc3Fh9RvX2mJ5p", "name": PROJECT, key: it}
        for key in ("is_deleted", "is_archived")
        for it in ("false", 0, 1, None)
    ],
    *(5, None, [], "x"),
]


def test_a_project_that_cannot_be_read_leads_to_no_second_one(fresh: TodoistHarness) -> None:
    reply = sync_reply(fresh, None)
    for entry in _NO_PROJECTS:
        answer(fresh, {**reply, "projects": [*reply["projects"], entry]})
        with pytest.raises(TryLater, match=r"update syncd\.$"):
            fresh.connector.bind()
        with pytest.raises(TryLater, match=r"update syncd\.$"):
            fresh.connector.provision()
        fresh.heal()
    assert fresh.sent() == []


@pytest.mark.parametrize(
    "reply", [{}, [], "", "null", {"sync_token": "t"}, {"projects": {}}, {"projects": 5}]
)
def test_projects_that_are_no_list_lead_to_no_second_one(
    fresh: TodoistHarness, reply: Any
) -> None:
    answer(fresh, reply)
    for do in (fresh.connector.bind, fresh.connector.provision):
        with pytest.raises(TryLater):
            do()
    assert fresh.sent() == []


@pytest.mark.parametrize("made", [*NO_IDS, None])
def test_a_project_that_was_made_without_an_id_is_found_by_its_name(
    fresh: TodoistHarness, made: Any
) -> None:
    key = "5e000000-0000-4000-8000-00000000bb01"
    fresh.memory.put("project_key", key)
    reply = {
        **sync_reply(fresh, None),
        "sync_status": {key: "ok"},
        "temp_id_mapping": {key_of(key, "temp"): made},
    }
    answer(fresh, reply, body="project_add", times=1)
    with pytest.raises(Unclear, match="sync again"):
        fresh.connector.provision()
    assert fresh.memory.get("project") is None
    fresh.connector.provision()
    assert fresh.containers() == [PROJECT]


def test_another_project_is_not_taken_for_the_one_that_was_made(fresh: TodoistHarness) -> None:
    key = "5e000000-0000-4000-8000-00000000bb01"
    fresh.memory.put("project_key", key)
    reply = {
        **sync_reply(fresh, None),
        "sync_status": {key: "ok"},
        "temp_id_mapping": {key_of(key, "temp"): fresh.sandbox.state.inbox},
    }
    answer(fresh, reply, body="project_add", times=1)
    with pytest.raises(Unclear):
        fresh.connector.provision()
    assert fresh.memory.get("project") is None
