"""Replies in which something is not what it should be: it costs that item, or that reading."""

from typing import Any

import pytest

from tests.hostile import acts, changes
from tests.hostile.front import Act
from tests.hostile.plays import MEANT, SILENT, STRICT, SetUp, play
from tests.hostile.scene import LISTINGS, TOOLS
from tests.hostile.values import FAR_DATES, FAR_NUMBERS, NO_DATES, ODD_IDS, WRONG


def each(make: Any, values: dict[str, Any]) -> dict[str, Act]:
    return {name: acts.mutated(make(value)) for name, value in values.items()}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_list_that_is_none_is_not_an_empty_one(set_up: SetUp, tool: str) -> None:
    values = {
        "an object": {"a": 1},
        "a text": "none",
        "null": None,
        "a number": 3,
        "false": False,
    }
    kinds = each(changes.lists, values)
    kinds |= {"nothing": acts.mutated(lambda _: {}), "a list": acts.mutated(lambda it: [it])}
    kinds["a text"] = acts.mutated(str)
    play(set_up, tool, kinds, STRICT, path=LISTINGS[tool])


@pytest.mark.parametrize("tool", TOOLS)
def test_an_item_that_is_none_costs_no_other(set_up: SetUp, tool: str) -> None:
    values: dict[str, Any] = {
        "null": None,
        "a number": 5,
        "a text": "x",
        "a list": [[]],
        "{}": {},
    }
    kinds = each(changes.entries, values)
    kinds |= {"twice": acts.mutated(changes.doubled)}
    play(set_up, tool, kinds, SILENT, path=LISTINGS[tool])


@pytest.mark.parametrize("tool", TOOLS)
def test_an_id_that_is_none_is_nobody_s(set_up: SetUp, tool: str) -> None:
    kinds = each(changes.ids, ODD_IDS)
    kinds["all the same"] = acts.mutated(changes.same_ids)
    play(set_up, tool, kinds, SILENT, path=LISTINGS[tool])


@pytest.mark.parametrize("tool", TOOLS)
def test_a_field_of_another_type_is_not_taken_for_an_edit(set_up: SetUp, tool: str) -> None:
    kinds = {
        f"{name} in place {turn}": acts.mutated(changes.wrong_at(turn * 3 + more, value))
        for turn, (name, value) in enumerate(WRONG.items())
        for more in (0, 1)
    }
    play(set_up, tool, kinds, SILENT, path=LISTINGS[tool])


@pytest.mark.parametrize("tool", TOOLS)
def test_a_date_that_is_none_is_not_taken_for_an_edit(set_up: SetUp, tool: str) -> None:
    play(set_up, tool, each(changes.dates, NO_DATES), SILENT, path=LISTINGS[tool])


@pytest.mark.parametrize("tool", TOOLS)
def test_dates_and_numbers_at_the_end_of_time_break_nothing(set_up: SetUp, tool: str) -> None:
    kinds = each(changes.dates, dict(FAR_DATES))
    kinds |= each(changes.numbers, {str(it): it for it in FAR_NUMBERS if it != 10**400})
    kinds |= each(changes.numbers, {"400 digits": 10**400})
    play(set_up, tool, kinds, MEANT, path=LISTINGS[tool])


@pytest.mark.parametrize("tool", TOOLS)
def test_an_answer_to_a_write_that_tells_nothing_is_no_answer(set_up: SetUp, tool: str) -> None:
    kinds = {
        "{}": acts.mutated(lambda _: {}),
        "[]": acts.mutated(lambda _: []),
        "null": acts.mutated(lambda _: None),
        "another id": acts.mutated(lambda it: it | {"id": "x"} if "id" in it else {}),
        "an error": acts.mutated(lambda _: {"error": {"code": 500}, "sync_status": None}),
        "all statuses null": acts.mutated(nothing_said),
    }
    writes = {"notion": "PATCH|POST", "google": "PATCH|POST|PUT", "todoist": "POST"}[tool]
    path = r"(?!.*/(query|search|token|freeBusy)$).*"
    play(set_up, tool, kinds, SILENT, method=writes, path=path)


def nothing_said(reply: Any) -> Any:
    """Return the reply to a batch without a word on any command."""
    if not isinstance(reply, dict):
        return reply
    said = dict.fromkeys(reply.get("sync_status") or {})
    return {**reply, "sync_status": said, "temp_id_mapping": {"x": None}}
