"""What a person writes into the file is read as they mean it, and nothing of it is lost."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import Changed, HoldTool, Mistake, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.remote import Op, Remote
from syncd.model.values import Moment, Value
from tests.markdown_connector.connector import PLUGIN, MarkdownSettings, TodoDocument
from tests.markdown_connector.harness import MarkdownHarness

PAGE = """\ufeff- [ ] Before all
---
title: My year
---

# Career

Some *prose* with a [link](https://example.org) and [ ] a box.

1. [x] Numbered and done
* [ ]   Loosely   written   <!-- due: 2026-06-11 -->
  with a line below it
    - [X] Nested <!-- ask Ada -->
- [ ]
- [ ]nothing
-[ ] nothing
```
code
```
No end of line"""


@pytest.fixture
def harness(tmp_path: Path) -> MarkdownHarness:
    harness = MarkdownHarness(tmp_path)
    harness.start()
    return harness


def _written(harness: MarkdownHarness, text: str) -> dict[Value, Remote]:
    harness.file.path.write_bytes(text.encode())
    return {item.fields["title"]: item for item in harness.connector.pull(None).items}


def _text(harness: MarkdownHarness) -> str:
    return harness.file.path.read_bytes().decode()


def test_boxes_are_tasks_and_the_rest_is_not(harness: MarkdownHarness) -> None:
    items = _written(harness, PAGE)
    assert {title: item.fields["done"] for title, item in items.items()} == {
        "Before all": False,
        "Numbered and done": True,
        "Loosely written": False,
        "Nested": True,
    }
    assert items["Loosely written"].fields["due"] == date(2026, 6, 11)


def test_a_write_changes_its_own_line_alone(harness: MarkdownHarness) -> None:
    items = _written(harness, PAGE)
    nested = harness.made(harness.new_update(items["Nested"], done=False, due=date(2026, 7, 1)))
    new = (
        "    - [ ] Nested <!-- ask Ada; due: 2026-07-01;"
        f" id: {nested.id}; syncd: {nested.mark} -->"
    )
    assert _text(harness) == PAGE.replace("    - [X] Nested <!-- ask Ada -->", new)


def test_a_task_that_is_removed_takes_nothing_with_it(harness: MarkdownHarness) -> None:
    items = _written(harness, PAGE)
    assert harness.delete(items["Before all"]) is None
    assert _text(harness) == PAGE.partition("\n")[2]


def test_a_new_task_comes_below_the_last_and_what_belongs_to_it(
    harness: MarkdownHarness,
) -> None:
    _written(harness, "- [ ] First\n  a word on it\n\n# Journal\n\nText\n")
    made = harness.made(harness.new_write(Kind.TASK, "Second", due=None))
    line = f"- [ ] Second <!-- syncd: {made.mark} -->"
    expected = f"- [ ] First\n  a word on it\n{line}\n\n# Journal\n\nText\n"
    assert _text(harness) == expected


def test_lines_end_as_the_file_s_do(harness: MarkdownHarness) -> None:
    (item,) = _written(harness, "# Plan\r\n- [ ] First\r\n").values()
    harness.made(harness.new_update(item, title="Still first"))
    made = harness.create(Kind.TASK, "Second")
    assert _text(harness).count("\n") == _text(harness).count("\r\n") == 3
    assert harness.listing()[made.id] == made


def test_moved_lines_are_the_same_tasks(harness: MarkdownHarness) -> None:
    harness.create(Kind.TASK, "One of syncd's")
    harness.person.add(Kind.TASK, "One of mine")
    before = harness.listing()
    lines = _text(harness).splitlines(keepends=True)
    harness.file.path.write_text("".join(reversed(lines)))
    assert harness.listing() == before


def test_a_copied_line_is_another_task(harness: MarkdownHarness) -> None:
    made = harness.create(Kind.TASK, "Twice")
    harness.file.path.write_text(_text(harness) * 2)
    first, copy = harness.connector.pull(None).items
    assert first.id == made.id != copy.id
    assert first.mark == copy.mark
    other = harness.new_write(Kind.TASK, "Another").entity
    write = harness.write_of(Op.UPDATE, copy, {})
    marked = harness.made(replace(write, entity=other))
    assert (marked.id, marked.mark) == (copy.id, other)
    assert {item.id: item.mark for item in harness.listing().values()} == {
        made.id: made.mark,
        copy.id: other,
    }


def test_tasks_of_one_title_keep_their_ids_as_they_are_marked(harness: MarkdownHarness) -> None:
    harness.file.path.write_text("- [ ] Run\n- [ ] Run\n- [ ] Run\n")
    items = list(harness.listing().values())
    for item in (items[1], items[0], items[2]):
        harness.made(harness.write_of(Op.UPDATE, item, {}))
    assert list(harness.listing()) == [item.id for item in items]


def test_a_second_line_above_takes_no_id_from_the_first(harness: MarkdownHarness) -> None:
    harness.person.add(Kind.TASK, "Run")
    (first,) = harness.listing().values()
    marked = harness.made(harness.write_of(Op.UPDATE, first, {}))
    harness.person.add(Kind.TASK, "Run")
    assert harness.listing()[first.id] == marked
    assert len(harness.listing()) == 2


TIMES: dict[str, Value] = {
    "2026-06-11": date(2026, 6, 11),
    "2026-06-11 18:30": Moment(datetime(2026, 6, 11, 16, 30, tzinfo=UTC)),
    "2026-06-11 18:30 America/New_York": Moment(
        datetime(2026, 6, 11, 22, 30, tzinfo=UTC), "America/New_York"
    ),
    "2026-10-25 02:30+01:00 Europe/Paris": Moment(
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Paris"
    ),
}


@pytest.mark.parametrize("text", TIMES)
def test_days_and_times_are_read(harness: MarkdownHarness, text: str) -> None:
    (item,) = _written(harness, f"- [ ] A <!-- Due: {text} -->\n").values()
    assert item.fields["due"] == TIMES[text]


NO_TIMES = (
    "soon",
    "2026-02-30",
    "2026-06-11 25:00",
    "2026-06-11 18:30 Europe",
    "2026-06-11 18:30 ../x",
    "0001-01-01 00:00 Asia/Tokyo",
)


@pytest.mark.parametrize("text", NO_TIMES)
def test_a_day_that_is_none_is_a_problem_and_stays(harness: MarkdownHarness, text: str) -> None:
    (item,) = _written(harness, f"- [ ] A <!-- due: {text} -->\n").values()
    assert "due" not in item.fields
    assert text in item.problems["due"]
    harness.made(harness.new_update(item, title="B"))
    assert f"due: {text};" in _text(harness)
    after = harness.made(harness.new_update(harness.listing()[item.id], due=None))
    assert after.fields["due"] is None
    assert not after.problems


LIKE_MARKUP = (
    "a <!-- b",
    "a --> b",
    "x <!-- due: 2026-01-01 -->",
    "<!---->",
    "-->",
    "- [x] b",
    "",
)


@pytest.mark.parametrize("title", LIKE_MARKUP)
def test_a_title_may_look_like_markup(harness: MarkdownHarness, title: str) -> None:
    made = harness.create(Kind.TASK, title, due=None)
    assert made.fields == {"title": title, "due": None, "done": False}
    assert harness.listing() == {made.id: made}


def test_what_was_saved_since_is_not_written_over(harness: MarkdownHarness) -> None:
    made = harness.create(Kind.TASK, "Mine")
    harness.person.edit(Kind.TASK, "Mine", "due", date(2027, 1, 1))
    assert isinstance(harness.update(made, title="Yours"), Changed)
    assert isinstance(harness.delete(made), Changed)
    assert "Mine <!-- due: 2027-01-01;" in _text(harness)


def test_a_file_that_is_saved_in_the_middle_of_a_write_is_read_again(
    harness: MarkdownHarness,
) -> None:
    made = harness.create(Kind.TASK, "Mine")
    harness.file.meanwhile = lambda: harness.person.add(Kind.TASK, "Added just now")
    harness.made(harness.new_update(made, title="Renamed"))
    assert harness.person.titles(Kind.TASK) == ["Added just now", "Renamed"]


def test_a_file_that_cannot_be_saved_is_as_it_was(harness: MarkdownHarness) -> None:
    made = harness.create(Kind.TASK, "Mine")
    before = _text(harness)
    harness.break_after(0)
    assert isinstance(harness.update(made, title="Yours"), TryLater)
    harness.break_after(2)
    assert isinstance(harness.update(made, title="Yours"), Unclear | TryLater)
    assert _text(harness) == before
    assert [path.name for path in harness.file.path.parent.iterdir()] == ["todo.md"]


def test_a_file_that_is_no_text_is_left_alone(harness: MarkdownHarness) -> None:
    harness.file.path.write_bytes(b"- [ ] caf\xe9\n")
    with pytest.raises(HoldTool, match="UTF-8"):
        harness.connector.pull(None)
    assert isinstance(harness.do(harness.new_write(Kind.TASK, "New")), HoldTool)
    assert harness.file.path.read_bytes() == b"- [ ] caf\xe9\n"


def test_without_a_path_the_setting_is_named(harness: MarkdownHarness) -> None:
    with pytest.raises(Mistake, match=r"connectors\.markdown\.path"):
        PLUGIN.build(MarkdownSettings(), harness.toolbox(harness.memory))


_LINES = st.sampled_from(
    [*PAGE.split("\n"), "- [ ] A <!-- id: x; syncd: y -->", "\t- [ ] T", "\r"]
)


@given(st.lists(_LINES | st.text()).map("\n".join))
def test_any_text_is_read_and_comes_back_as_it_was(text: str) -> None:
    document = TodoDocument(text)
    assert document.text() == text
    assert all(document.tasks[remote].id == remote for remote in document.tasks)
