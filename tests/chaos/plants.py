"""Breaks that can be planted in a run of syncd, to see that the net finds them.

Each is a fault that tools of this kind have had. It is made in the process that runs syncd,
by putting a broken function in the place of a good one: what is tested here is the net.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncd.engine import apply_pulls, matching, outcomes, pull, push, unit_of_work
from syncd.model.entities import Kind
from syncd.model.remote import Remote
from syncd.model.values import Moment
from syncd.store import store
from syncd.sync import match, merge
from syncd_google import client as google
from syncd_todoist import mapping as todoist
from syncd_todoist import writing as todoist_writing


@dataclass(frozen=True, slots=True)
class Plant:
    """A break, and the functions that make it. seed: the first that is known to find it."""

    what: str
    plant: Callable[[], None]
    seed: int


def _writes_blindly() -> None:
    push.Pusher._fresh = lambda *_: True  # type: ignore[method-assign]  # broken on purpose
    todoist_writing.TodoistWriter._check_unchanged = lambda *_: None  # type: ignore[method-assign]  # broken on purpose
    google._if_match = lambda request, etag: request


def _notes_no_intent() -> None:
    def opened(_journal: Any, _tool: Any, writes: Any, *_: Any) -> Any:
        return list(writes)

    store.Journal.open = opened  # type: ignore[method-assign,assignment]  # on purpose


def _tombstones_after_adoption() -> None:
    matching.ItemMatcher._gone_link = lambda *_: None  # type: ignore[method-assign]  # broken on purpose


def _base_is_what_was_sent() -> None:
    good = outcomes.OutcomeRecorder.done

    def done(self: Any, write: Any, answer: Any) -> None:
        good(self, write, replace(answer, fields={**answer.fields, **write.fields}))

    outcomes.OutcomeRecorder.done = done  # type: ignore[method-assign]  # broken on purpose


def _cursor_before_effects() -> None:
    good = pull._pull

    def cursor_first(tool: Any, store: Any) -> Any:
        found = good(tool, store)
        store.tools.save(replace(store.tools.get(tool.name), cursor=found.cursor))
        return found

    pull._pull = cursor_first


def _whole_items_win() -> None:
    """No base: whoever was edited last wins with all of their fields."""
    good = merge._edited
    apply_pulls.merge = merge.merge  # type: ignore[attr-defined]  # it is imported there

    def edited(observation: Any, name: str) -> bool:
        blank = replace(observation, base={})
        return good(observation, name) or (observation.moved and good(blank, name))

    merge._edited = edited


def _absent_is_gone() -> None:
    def look(reading: Any, store: Any) -> None:
        pull._verify_reappeared(reading)
        known = {it.id for it in reading.changed}
        reading.gone += [it for it in pull._absent(reading, store) if it.remote not in known]

    pull._verify_absent = look


def _marks_mean_nothing() -> None:
    def recognise(remote: Remote, known: object) -> match.Match:
        return match.Match(remote=remote, entity=None, how=match.How.NEW)

    match._recognise = recognise


def _keeps_no_losers() -> None:
    unit_of_work.UnitOfWork.record_conflict = lambda *_: None  # type: ignore[method-assign]  # broken on purpose


def _deletion_beats_edit() -> None:
    apply_pulls.PullApplier._edited_elsewhere = lambda *_: False  # type: ignore[method-assign]  # broken on purpose


def _sets_win_whole() -> None:
    """Labels are overwritten instead of merged."""
    merge.SETS = frozenset()  # type: ignore[attr-defined]  # broken on purpose


def _reads_no_zone() -> None:
    task = todoist.CODECS[Kind.TASK]
    good = task["due"].read

    def read(value: Any, context: Any) -> Any:
        found = good(value, context)
        text = str(value.get("date")) if isinstance(value, Mapping) else ""
        return found.at.date() if isinstance(found, Moment) and text.endswith("Z") else found

    due = replace(task["due"], read=read)
    todoist.CODECS = {**todoist.CODECS, Kind.TASK: {**task, "due": due}}


def _cleared_is_a_gap() -> None:
    """What was emptied in a tool is filled again instead."""
    good = merge._edited

    def edited(observation: Any, name: str) -> bool:
        return good(observation, name) and bool(observation.observed[name])

    merge._edited = edited


PLANTS: Mapping[str, Plant] = {
    "blind": Plant("an item is written without a look at it", _writes_blindly, 7),
    "no-intent": Plant("no write is written down before it is sent", _notes_no_intent, 9),
    "late-tombstones": Plant("what is gone is taken in last", _tombstones_after_adoption, 10),
    "base-sent": Plant("the base is what was sent, not the answer", _base_is_what_was_sent, 13),
    "cursor-first": Plant("the cursor moves before its effects", _cursor_before_effects, 3),
    "no-base": Plant("the last edited item wins with all of its fields", _whole_items_win, 3),
    "absent-gone": Plant("what a listing lacks is deleted", _absent_is_gone, 3),
    "no-marks": Plant("nothing is recognised by its mark", _marks_mean_nothing, 1),
    "no-losers": Plant("values that lost are not kept", _keeps_no_losers, 3),
    "deletion-wins": Plant("a deletion beats an edit", _deletion_beats_edit, 3),
    "sets-whole": Plant("sets are overwritten, not merged", _sets_win_whole, 17),
    "no-times": Plant("a time of day with a zone is read as a day", _reads_no_zone, 2),
    "gap": Plant("a field that was emptied is filled again", _cleared_is_a_gap, 7),
}
