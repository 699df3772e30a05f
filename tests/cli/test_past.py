"""``history``, ``why``, ``undo``, ``restore``, ``conflicts``."""

import pytest

from syncd.model.entities import Kind
from tests.cli.desks import PLAN, Desk, complaint

BOOK = "Read the book on leading"


@pytest.fixture
def edited(bare: Desk) -> Desk:
    """A plan that was imported, then imported again with a change."""
    bare.import_plan()
    bare.import_plan(PLAN.replace("due: 2026-12-01", "due: 2026-12-05"))
    return bare


def test_history_lists_what_changed_newest_first(edited: Desk) -> None:
    said = edited.syncd("history")
    first, *_ = said.out.splitlines()
    assert first.split()[:2] == ["5", "c2"]
    assert "due: 2026-12-01 → 2026-12-05" in " ".join(said.out.split())
    changes = edited.syncd("history", "--json").json["changes"]
    assert [one["change"] for one in changes] == [5, 4, 3, 2, 1]


LONG = "Read the whole book on leading " + "teams of people " * 12


@pytest.fixture
def torn_at_length(desk: Desk) -> Desk:
    """A long title was changed in two tools at once."""
    desk.import_plan(PLAN.replace(BOOK, LONG))
    desk.sync()
    (title,) = (one for one in desk.person("notion").titles(Kind.TASK) if "whole" in one)
    desk.person("notion").edit(Kind.TASK, title, "title", f"{title} in Notion")
    desk.person("todoist").edit(Kind.TASK, title, "title", f"{title} in Todoist")
    desk.sync()
    return desk


@pytest.mark.parametrize("command", ["history", "conflicts"])
def test_a_program_reads_a_record_a_line_and_nothing_is_cut(
    torn_at_length: Desk, command: str
) -> None:
    told = torn_at_length.syncd(command, "--json").json
    (records,) = told.values()
    lines = torn_at_length.syncd(command).out.splitlines()
    number = "change" if command == "history" else "conflict"
    assert [int(line.split("\t")[0]) for line in lines] == [one[number] for one in records]
    assert {line.count("\t") for line in lines} == {4}
    assert any(LONG.strip() in line for line in lines)


@pytest.mark.parametrize("columns", [60, 80, 200])
@pytest.mark.parametrize("command", ["history", "conflicts", "status"])
def test_a_person_reads_lines_that_fit_the_terminal_and_are_not_too_long(
    torn_at_length: Desk, monkeypatch: pytest.MonkeyPatch, command: str, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    said = torn_at_length.syncd("--no-color", command, terminal=True)
    assert said.out.strip()
    assert max(map(len, said.out.splitlines())) <= min(columns, 110)


def test_on_a_narrow_terminal_a_record_has_its_numbers_on_one_line(
    torn_at_length: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    said = torn_at_length.syncd("--no-color", "conflicts", terminal=True)
    first, what, *_ = said.out.splitlines()
    (row,) = torn_at_length.syncd("conflicts", "--json").json["conflicts"]
    assert first.split()[0] == str(row["conflict"])
    assert what.strip().startswith("What: ")


def test_history_can_be_of_one_entity_of_one_cycle_or_short(edited: Desk) -> None:
    def told(*words: str) -> list[int]:
        changes = edited.syncd("history", "--json", *words).json["changes"]
        return [one["change"] for one in changes]

    assert told(BOOK) == [5, 3]
    assert told("--cycle", "c1") == told("--cycle", "1") == [4, 3, 2, 1]
    assert told("--limit", "2") == [5, 4]
    assert "--limit" in edited.syncd("history", "--limit", "2").err
    assert "no cycle" in complaint(edited.syncd("history", "--cycle", "last"))


def test_an_id_its_beginning_and_a_title_all_name_an_entity(edited: Desk) -> None:
    task = edited.syncd("plan", "show", "--json").json["tasks"][0]
    names = [task["id"], task["id"].lower(), task["id"][:8], task["title"].upper()]
    found = [edited.syncd("why", name, "--json").json["id"] for name in names]
    assert found == [task["id"]] * 4


def test_what_names_nothing_or_several_is_a_mistake_with_a_hint(bare: Desk) -> None:
    bare.import_plan(
        "goals:\n- {title: Alone}\n- {title: Twin}\ntasks:\n- {title: Twin, goal: Alone}\n"
    )
    assert "did you mean 'Alone'?" in complaint(bare.syncd("why", "alon"))
    assert "syncd plan show" in complaint(bare.syncd("why", "something else"))
    ambiguous = bare.syncd("why", "twin")
    assert ambiguous.status == 2
    for entity in bare.syncd("plan", "show", "--json").json["goals"][1:]:
        assert entity["id"] in complaint(ambiguous)


def test_of_two_with_one_title_the_live_one_is_meant_but_where_it_is_about_restoring(
    synced: Desk,
) -> None:
    synced.person("todoist").delete(Kind.TASK, BOOK)
    synced.sync()
    synced.import_plan(f"tasks:\n- {{id: 01J00000000000000000000000, title: {BOOK}}}\n")
    assert synced.syncd("why", BOOK, "--json").json["archived"] is False
    assert "is back" in synced.syncd("restore", BOOK).err
    assert "may be task" in complaint(synced.syncd("why", BOOK))


def test_why_tells_who_set_each_field_when_and_what_was_before(edited: Desk) -> None:
    said = edited.syncd("why", BOOK)
    assert said.status == 0
    flat = " ".join(said.out.split())
    assert "Task 'Read the book on leading'" in flat
    assert "c2 2026-12-01 (change 5)" in flat
    assert "It lives in no tool yet." in flat
    told = edited.syncd("why", BOOK, "--json").json["fields"]
    assert told["due"]["by"] == "import"
    assert (told["due"]["before"], told["due"]["cycle"]) == ("2026-12-01", 2)
    assert (told["title"]["change"], told["title"]["cycle"]) == (None, 1)
    assert told["due"]["at"].endswith(("+01:00", "+02:00"))
    assert "estimate_minutes" not in told


def test_a_change_is_taken_back_and_the_undo_can_be_too(edited: Desk) -> None:
    said = edited.syncd("undo", "5")
    assert said.status == 0
    assert "`syncd undo c3`" in said.err
    assert edited.syncd("why", BOOK, "--json").json["fields"]["due"]["value"] == "2026-12-01"
    assert edited.syncd("undo", "c3").status == 0
    assert edited.syncd("why", BOOK, "--json").json["fields"]["due"]["value"] == "2026-12-05"


def test_a_whole_cycle_is_taken_back(edited: Desk) -> None:
    assert edited.syncd("undo", "c1").status == 0
    assert edited.syncd("plan", "show", "--json").json["goals"][0]["archived"] is True


def test_an_undo_leaves_and_lists_what_was_edited_since(edited: Desk) -> None:
    edited.import_plan(PLAN.replace("due: 2026-12-01", "due: 2026-12-09"))
    said = edited.syncd("undo", "#5")
    assert said.status == 1
    assert "2026-12-05 → 2026-12-09" in " ".join(said.out.split())
    assert "Nothing was taken back" in said.err
    assert edited.syncd("why", BOOK, "--json").json["fields"]["due"]["value"] == "2026-12-09"


@pytest.mark.parametrize("what", ["99", "c99", "yesterday", "-1", "9" * 30])
def test_an_undo_of_what_never_was_is_a_mistake(edited: Desk, what: str) -> None:
    said = edited.syncd("undo", "--", what)
    assert said.status == 2
    complaint(said)


def test_what_was_deleted_in_a_tool_is_restored_by_its_title(synced: Desk) -> None:
    synced.person("todoist").delete(Kind.TASK, BOOK)
    synced.sync()
    assert BOOK not in synced.person("notion").titles(Kind.TASK)
    assert "deleted" in synced.syncd("why", BOOK).out
    said = synced.syncd("restore", BOOK)
    assert said.status == 0
    assert "is back" in said.err
    synced.sync()
    for tool in ("notion", "todoist"):
        assert synced.person(tool).titles(Kind.TASK).count(BOOK) == 1
    assert "nothing to restore" in synced.syncd("restore", BOOK).err


def test_why_shows_where_an_entity_lives(synced: Desk) -> None:
    told = synced.syncd("why", BOOK, "--json").json["tools"]
    assert set(told) == {"notion", "todoist"}
    assert told["notion"]["url"] in synced.syncd("why", BOOK).out


@pytest.fixture
def torn(synced: Desk) -> Desk:
    """A title that was changed in two tools at once."""
    synced.person("notion").edit(Kind.TASK, BOOK, "title", "Read it twice")
    synced.person("todoist").edit(Kind.TASK, BOOK, "title", "Skim it")
    synced.sync()
    return synced


def test_a_value_that_lost_is_listed_and_can_be_taken(torn: Desk) -> None:
    (one,) = torn.syncd("conflicts", "--json").json["conflicts"]
    assert {one["won"], one["lost"]} == {"Read it twice", "Skim it"}
    assert one["lost"] in torn.syncd("conflicts").out
    why = torn.syncd("why", one["won"], "--json").json["fields"]["title"]
    assert why["beat"][0]["value"] == one["lost"]
    assert "`syncd conflicts`" in torn.syncd("status").out
    assert torn.syncd("conflicts", "--take", str(one["conflict"])).status == 0
    torn.sync()
    assert one["lost"] in torn.person("notion").titles(Kind.TASK)
    assert one["lost"] in torn.person("todoist").titles(Kind.TASK)
    assert torn.syncd("conflicts", "--json").json["conflicts"] == []


def test_a_conflict_can_be_agreed_with(torn: Desk) -> None:
    (one,) = torn.syncd("conflicts", "--json").json["conflicts"]
    assert torn.syncd("conflicts", "--keep", str(one["conflict"])).status == 0
    assert "No value lost" in torn.syncd("conflicts").err
    assert one["won"] in torn.person("notion").titles(Kind.TASK)


@pytest.mark.parametrize("option", ["--take", "--keep"])
def test_a_conflict_that_never_was_is_a_mistake(bare: Desk, option: str) -> None:
    assert "no conflict 7" in complaint(bare.syncd("conflicts", option, "7"))


def test_who_takes_a_planned_block_back_is_told_that_it_is_planned_again(
    synced: Desk,
) -> None:
    changes = synced.syncd("history", "--json").json["changes"]
    placed = next(one for one in changes if one["kind"] == "blocks" and one["field"] == "")
    said = synced.syncd("undo", str(placed["change"]))
    assert said.status == 0
    assert "planned again" in said.err
    assert "to have another time" in said.err


def test_who_takes_an_edit_back_is_not_told_of_blocks(edited: Desk) -> None:
    assert "planned again" not in edited.syncd("undo", "5").err
