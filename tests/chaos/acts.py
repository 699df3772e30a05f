"""What a person does in three tools, chosen by a seed; each act is told to the ledger."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from syncd.model.entities import Kind
from syncd.model.values import Moment
from tests.chaos.evenings import Evenings
from tests.chaos.home import ChaosHome
from tests.chaos.ledger import FIELDS, Edit, Ledger, Thing, plain

TASK, STEP, GOAL = Kind.TASK, Kind.MILESTONE, Kind.GOAL
WORDS = ("Read", "Write", "Call", "Ask", "Plan", "Draft", "Learn", "Review", "Build")
ODD = ("", " ", "\n  two\n\nlines \n", "naïve “quotes” — 🦉", "שלום", "a\u200bb", "@home #tag")
Act = Callable[[], str]


@dataclass
class Chooser:
    """The person. ``act`` does one thing and returns it as a line of the story."""

    home: ChaosHome
    ledger: Ledger
    rng: random.Random
    evenings: Evenings
    looked: datetime
    number: int = 0
    trash: list[tuple[str, str]] = field(default_factory=list)

    def act(self) -> str:
        """Do something that can be done; say what."""
        chances: list[tuple[Act, int]] = [
            (self.edit_task, 36),
            (self.tick, 8),
            (self.add_task, 8),
            (self.edit_step, 9),
            (self.delete, 6),
            (self.restore, 3),
            (self.edit_goal, 5),
            (self.change_status, 4),
            (self.move_task, 6),
            (self.leave_project, 2),
            (self.duplicate, 4),
            (self.copy_and_delete, 3),
            (self.add_step, 2),
            (self.sub_task, 2),
            (self.own_section, 1),
            (self.evenings.act, 25 * self.home.evenings),
        ]
        acts, weights = zip(*chances, strict=True)
        for _ in range(20):
            said = self.rng.choices(acts, weights)[0]()
            if said:
                return f"{self.home.world.now():%a %H:%M:%S} {said}"
        return "the person finds nothing to do"

    def meddle(self, tool: str) -> str:
        """Edit in one tool what was edited in another since syncd last looked."""
        news = [
            it
            for it in self.ledger.edits
            if it.tool != tool
            and it.at >= self.looked
            and it.field in FIELDS.get((tool, self.ledger.things[it.code].kind), ())
            and self.home.find(tool, self.ledger.things[it.code].kind, it.code)
        ]
        if not news:
            return self.act()
        edit = self.rng.choice(news)
        thing = self.ledger.things[edit.code]
        title = self.home.find(tool, thing.kind, thing.code)
        assert title is not None
        said = self._edit_thing(tool, thing, title, edit.field)
        return f"{self.home.world.now():%a %H:%M:%S} {said}"

    # What they do.

    def edit_task(self) -> str:
        tool = self.rng.choice(["notion", "todoist"])
        fields = ["title", "notes", "due", "estimate_minutes", "priority", "labels"]
        return self._edit(tool, TASK, self.rng.choice(fields))

    def edit_step(self) -> str:
        tool = self.rng.choice(["notion", "google"])
        name = self.rng.choice(["title", "due", "done"] + ["notes"] * (tool == "notion"))
        return self._edit(tool, STEP, name)

    def edit_goal(self) -> str:
        return self._edit("notion", GOAL, self.rng.choice(["title", "why", "due"]))

    def tick(self) -> str:
        return self._edit(self.rng.choice(["notion", "todoist"]), TASK, "done")

    def change_status(self) -> str:
        return self._edit("notion", GOAL, "status")

    def move_task(self) -> str:
        tool = self.rng.choice(["notion", "todoist"])
        return self._edit(tool, TASK, "goal")

    def add_task(self) -> str:
        tool = self.rng.choice(["notion", "todoist"])
        thing = self.ledger.add(self.ledger.new_code("T"), TASK)
        title = self._title(thing.code)
        self.home.person(tool).add(TASK, title)
        self._note(tool, thing, "title", title)
        return f"adds {title!r} in {tool}"

    def add_step(self) -> str:
        tool = self.rng.choice(["notion"])
        thing = self.ledger.add(self.ledger.new_code("M"), STEP)
        title, day = self._title(thing.code), self._day()
        self.home.person(tool).add(STEP, title, due=day)
        self._note(tool, thing, "title", title)
        return f"adds {title!r} for {day} in {tool}"

    def sub_task(self) -> str:
        found = self._pick("todoist", TASK)
        if found is None:
            return ""
        thing = self.ledger.add(self.ledger.new_code("T"), TASK)
        parent, title = found
        thing.loose = parent.loose = True
        name = self._title(thing.code)
        self.home.todoist.add(TASK, name, parent=title)
        return f"adds {name!r} below {title!r} in todoist"

    def own_section(self) -> str:
        """Make a section that is no goal, and put a task into it."""
        found = self._pick("todoist", TASK)
        if found is None or found[0].loose:
            return ""
        self.number += 1
        section = f"Errands {self.number}"
        self.home.todoist.add(GOAL, section)
        self.home.todoist.edit(TASK, found[1], "goal", section)
        return f"makes the section {section!r} for {found[1]!r} in todoist"

    def delete(self) -> str:
        tool = self.rng.choice(["notion", "todoist", "google"])
        kind = STEP if tool == "google" else self.rng.choice([TASK, TASK, STEP])
        found = self._pick(tool, kind)
        if found is None:
            return ""
        thing, title = found
        if tool == "notion":
            self.trash.append((thing.code, self.home.notion.page(kind, title).id))
        self.home.person(tool).delete(kind, title)
        thing.deleted[tool] = self.home.world.now()
        thing.restored, thing.looked = None, self.looked
        return f"deletes {title!r} in {tool}"

    def restore(self) -> str:
        if not self.trash:
            return ""
        code, page = self.trash.pop(self.rng.randrange(len(self.trash)))
        try:
            self.home.notion.restore(page)
        except KeyError:
            return ""  # it is there again already
        thing = self.ledger.things[code]
        thing.restored, thing.over = self.home.world.now(), False
        return f"takes {code} out of the trash in notion"

    def leave_project(self) -> str:
        found = self._pick("todoist", TASK)
        if found is None or found[0].loose:
            return ""
        thing, title = found
        self.home.todoist.move_out(title)
        thing.deleted["todoist"] = self.home.world.now()
        thing.restored = None
        thing.loose = True  # it lives on in the Inbox, and may come back from elsewhere
        return f"moves {title!r} out of the project in todoist"

    def duplicate(self) -> str:
        """Duplicate something, and give the copy another name at once."""
        tool = self.rng.choice(["notion", "todoist"])
        found = self._pick(tool, TASK)
        if found is None or found[0].loose:
            return ""
        _, title = found
        person: Any = self.home.person(tool)
        copy = person.duplicate(TASK, title) if tool == "notion" else person.duplicate(title)
        thing = self.ledger.add(self.ledger.new_code("T"), TASK)
        name = self._title(thing.code)
        person.edit(TASK, copy, "title", name)
        self._note(tool, thing, "title", name)
        return f"duplicates {title!r} as {name!r} in {tool}"

    def copy_and_delete(self) -> str:
        tool = self.rng.choice(["todoist", "google"])
        kind = TASK if tool == "todoist" else STEP
        found = self._pick(tool, kind)
        if found is None or found[0].loose:
            return ""
        thing, title = found
        person: Any = self.home.person(tool)
        if tool == "todoist":
            person.copy_and_delete(title)
        else:
            person.copy_and_delete(kind, title)
        thing.copied = True
        return f"copies {title!r} and deletes the first in {tool}"

    # How they choose.

    def _pick(self, tool: str, kind: Kind) -> tuple[Thing, str] | None:
        shown = [
            (thing, title)
            for thing in self.ledger.things.values()
            if thing.kind is kind
            and (title := self.home.find(tool, kind, thing.code)) is not None
        ]
        return self.rng.choice(shown) if shown else None

    def _edit(self, tool: str, kind: Kind, name: str) -> str:
        found = self._pick(tool, kind)
        if found is None:
            return ""
        return self._edit_thing(tool, *found, name)

    def _edit_thing(self, tool: str, thing: Thing, title: str, name: str) -> str:
        person, kind = self.home.person(tool), thing.kind
        value = self._value(tool, thing, title, name)
        if value is None and name in ("goal", "status"):
            return ""
        before = person.shows(kind, title)[name]
        person.edit(kind, title, name, value)
        now = self.home.find(tool, kind, thing.code) if name == "title" else title
        kept = person.shows(kind, now or title)[name]
        # what the tool itself would not have, and what it had already, is no edit
        if plain(kept) == plain(value) and plain(kept) != plain(before):
            self._note(tool, thing, name, kept, before)
        return f"sets {name} of {title[:40]!r} to {value!r} in {tool}"

    def _note(self, tool: str, thing: Thing, name: str, value: Any, before: Any = None) -> None:
        at, code = self.home.world.now(), thing.code
        self.ledger.note(
            Edit(at=at, tool=tool, code=code, field=name, value=value, before=before)
        )

    def _value(self, tool: str, thing: Thing, title: str, name: str) -> Any:
        self.number += 1
        make: dict[str, Callable[[], Any]] = {
            "title": lambda: self._title(thing.code),
            "notes": self._text,
            "why": self._text,
            "due": lambda: self._due(tool, thing.kind),
            "estimate_minutes": lambda: self._sometimes(30 + self.number, 0.85),
            "priority": lambda: self.rng.randint(1, 4),
            "labels": self._labels,
            "done": lambda: not self.home.person(tool).shows(thing.kind, title)["done"],
            "status": lambda: self.rng.choice(["active", "active", "paused"]),
            "goal": lambda: self._goal(tool),
        }
        return make[name]()

    def _sometimes(self, value: Any, chance: float) -> Any:
        return value if self.rng.random() < chance else None

    def _text(self) -> str:
        odd = self.rng.choice(ODD)
        return self._sometimes(f"note {self.number} {odd}".strip(), 0.9) or ""

    def _labels(self) -> frozenset[str]:
        some = self.rng.sample(["home", "deep", "people", "quick"], self.rng.randrange(3))
        return frozenset([*some, f"l{self.number}"])

    def _goal(self, tool: str) -> str | None:
        titles = self.home.titles_of(tool, GOAL)
        return self.rng.choice(titles) if titles else None

    def _due(self, tool: str, kind: Kind) -> date | Moment | None:
        if kind is not TASK:
            return self._day()
        if self.rng.random() < 0.15:
            return None
        if self.rng.random() < 0.5:
            return self._day()
        second = self.rng.choice([0, 0, 30]) if tool == "todoist" else 0
        at = datetime.combine(self._day(), datetime.min.time(), self.home.world.now().tzinfo)
        at += timedelta(hours=self.rng.randint(7, 20), minutes=self.rng.randrange(0, 60, 5))
        return Moment(at + timedelta(seconds=second), "Europe/Berlin")

    def _day(self) -> date:
        self.number += 1
        return self.home.world.now().date() + timedelta(days=20 + self.number)

    def _title(self, code: str) -> str:
        self.number += 1
        words = f"{code} {self.rng.choice(WORDS)} {self.number}"
        chance = self.rng.random()
        if chance < 0.08:
            return f"{words} {'very ' * 90}long"
        return f"{words} {self.rng.choice(ODD).strip()}".strip() if chance < 0.3 else words
