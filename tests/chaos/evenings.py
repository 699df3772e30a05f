"""What a person does with their learning blocks, and whether it is kept."""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from syncd.model.entities import Kind
from syncd.model.values import BlockState, Moment
from tests.chaos.home import ChaosHome
from tests.chaos.ledger import Finding, code_of, instant

BLOCK = Kind.BLOCK


@dataclass(slots=True)
class Word:
    """What the person last said of a block: where it is, that it is done, or gone.

    start, end: where they put it. event: its id in the calendar.
    """

    event: str
    code: str
    start: datetime | None = None
    end: datetime | None = None
    done: bool = False
    gone: bool = False


@dataclass
class Evenings:
    """The person at their calendar."""

    home: ChaosHome
    rng: random.Random
    words: dict[str, Word] = field(default_factory=dict)
    meetings: list[tuple[datetime, datetime]] = field(default_factory=list)

    def act(self) -> str:
        """Do something to a block that is still to come; "" where there is none."""
        person: Any = self.home.calendar
        ids = [it for title in self._titles() for it in person.ids(BLOCK, title)]
        ahead = [it for it in dict.fromkeys(ids) if self._span(it)[0] > self.home.world.now()]
        if not ahead:
            return ""
        block = self.rng.choice(ahead)
        title = str(person.shows(BLOCK, block)["title"])
        word = self.words.setdefault(block, Word(block, code_of(title)))
        act = self.rng.choice([self._drag, self._drag, self._resize, self._delete])
        act = self.rng.choice([act, act, self._tick, self._meet])
        return f"{act(block, word)} of {title!r} in google"

    def _titles(self) -> list[str]:
        return list(dict.fromkeys(self.home.titles_of("google", BLOCK)))

    def _span(self, block: str) -> tuple[datetime, datetime]:
        shown = self.home.calendar.shows(BLOCK, block)
        return shown["start"].at, shown["end"].at

    def _drag(self, block: str, word: Word) -> str:
        start, end = self._span(block)
        to = start + timedelta(minutes=self.rng.choice([-45, 15, 60, 1440, 2880 + 30]))
        to = max(to, self.home.world.now() + timedelta(hours=3))
        self.home.calendar.edit(BLOCK, block, "start", Moment(to, "Europe/Berlin"))
        word.start, word.end = to, to + (end - start)
        return f"drags to {to:%a %H:%M} the block"

    def _resize(self, block: str, word: Word) -> str:
        start, end = self._span(block)
        to = end + timedelta(minutes=self.rng.choice([15, 30]))
        self.home.calendar.edit(BLOCK, block, "end", Moment(to, "Europe/Berlin"))
        word.start, word.end = start, to
        return f"stretches to {to:%H:%M} the block"

    def _tick(self, block: str, word: Word) -> str:
        self.home.calendar.edit(BLOCK, block, "state", BlockState.DONE)
        word.done = True
        return "puts a ✓ before the block"

    def _delete(self, block: str, word: Word) -> str:
        self.home.calendar.delete(BLOCK, block)
        word.gone = True
        return "deletes the block"

    def _meet(self, block: str, word: Word) -> str:
        start, end = self._span(block)
        self.home.calendar.meeting(f"Meeting {len(self.meetings)}", start, end)
        self.meetings.append((start, end))
        return "has a meeting at the time of the block"

    def findings(
        self, plan: Mapping[str, list[Any]], rested: Collection[str]
    ) -> Iterator[Finding]:
        """Yield what became of the person's words, all at rest.

        rested: the codes of goals that were at rest meanwhile, which takes their blocks.
        """
        events = self.home.calendar.calendar().events
        tasks = {code_of(it["title"]): it for it in plan[Kind.TASK]}
        for word in self.words.values():
            event = events[word.event]
            if word.gone and not event.gone:
                yield Finding("block undeleted", f"a block of {word.code} is back")
            task = tasks.get(word.code)
            if task is not None and task["done"]:
                word.start = None  # its block is no longer needed; un-ticked, it gets another
            if word.gone or word.done or not self._counts(task, plan, rested):
                continue
            ahead = word.start is not None and word.start > self.home.world.now()
            if ahead and word.start not in self._starts(word.code):
                yield Finding("drag lost", f"no block of {word.code} is where it was put")
        yield from self._overlaps(plan)
        self.words = {it.event: it for it in self.words.values() if not it.gone}

    def _starts(self, code: str) -> set[datetime]:
        """Return when the blocks of a task begin; one that came back may be another event."""
        person: Any = self.home.calendar
        titles = [it for it in self._titles() if code_of(it) == code]
        return {self._span(it)[0] for title in titles for it in person.ids(BLOCK, title)}

    def _counts(
        self, task: Any, plan: Mapping[str, list[Any]], rested: Collection[str]
    ) -> bool:
        """Say whether a task still has a claim on its time."""
        if task is None or task["done"] or task["archived"]:
            return False
        goal = next((it for it in plan[Kind.GOAL] if it["id"] == task["goal"]), None)
        if goal is None:
            return True
        return goal["status"] == "active" and code_of(goal["title"]) not in rested

    def _overlaps(self, plan: Mapping[str, list[Any]]) -> Iterator[Finding]:
        now = self.home.world.now()
        for block in plan[Kind.BLOCK]:
            if block["archived"] or block["state"] != "published":
                continue
            start, end = instant(block["start"]), instant(block["end"])
            if start < now + timedelta(hours=2):
                continue
            if any(start < last and first < end for first, last in self.meetings):
                what = f"a block of {block['title']!r} at {start.astimezone(UTC):%a %H:%M}"
                yield Finding("over a meeting", f"{what} lies on a meeting")
