"""A home in step, one of whose services begins to misbehave while the others go on."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncd.model.entities import Kind
from tests.hostile.front import Act, Front
from tests.journeys.homes import PLAN, Forker, Home
from tests.journeys.inside import Done

DEADLINE = 25.0
"""Seconds that one request may take. Shorter with a HOOK, once the program has one."""
HOOK: dict[str, str] = {}
"""What in the environment of a command shortens the deadlines of its requests."""
LIMIT = DEADLINE + 30.0
"""Seconds that a command may take in which one request hangs."""
CAP = 1200 << 20
"""Bytes that a command may map; far over what it may use."""
TITLES = {"notion": "Notion", "google": "Google Calendar", "todoist": "Todoist"}
TOOLS = list(TITLES)
LISTINGS = {
    "notion": r"/v1/data_sources/.*/query",
    "google": r".*/calendars/[^/]+/events",
    "todoist": r"/api/v1/sync",
}
"""What each tool's items are read with."""
TASK, STEP, GOAL, BLOCK = Kind.TASK, Kind.MILESTONE, Kind.GOAL, Kind.BLOCK
BOOK, ASK = "Read the book on leading", "Ask for feedback"
LED, TEAM = "First project led", "Lead a team"
CARRIED = {
    "notion": ("todoist", TASK, BOOK, "google", BLOCK),
    "google": ("notion", TASK, BOOK, "todoist", TASK),
    "todoist": ("notion", STEP, LED, "google", STEP),
}
"""By the tool that misbehaves: what is renamed in one of the others, and seen in the last."""
OWN = {"notion": (GOAL, TEAM), "google": (STEP, LED), "todoist": (TASK, ASK)}
"""What is renamed in the tool itself, and is to be seen everywhere when it behaves again."""
VOLATILE = frozenset(
    {"link", "smart_gaps", "minutes_planned", "next_block", "start", "end", "progress", "pace"}
)


@dataclass
class Told(Done):
    """A command that ended, after so many seconds, having used so much memory."""

    seconds: float = 0.0
    peak: int = 0

    @property
    def killed(self) -> bool:
        """Say whether it took too long."""
        return self.status < 0


class Watched(Forker):
    """A forker whose children are killed when they take too long."""

    limit = LIMIT

    def __init__(self) -> None:
        super().__init__(Path(__file__).parent / "child.py")

    def run(self, out: Path, *words: str, **more: Any) -> Told:
        begun = time.monotonic()
        more["env"] = {**HOOK, **more.get("env", {})}
        self.begin(out, *words, **{"cap": CAP, **more})
        killer = threading.Timer(self.limit, self.kill)
        killer.start()
        try:
            done = self.end()
        finally:
            killer.cancel()
        seconds, peak = time.monotonic() - begun, Path(f"{out}.peak")
        used = int(peak.read_text("ascii") or 0) if peak.exists() else 0
        return Told(done.status, done.out, done.err, seconds, used)


def in_step(home: Home) -> None:
    """Have a plan with learning blocks in all three tools."""
    home.evenings = True
    home.write_settings()
    home.wait_for_morning()
    home.import_plan(PLAN)
    home.sync()
    home.later(minutes=10)


@dataclass
class Scene:
    """One tool of a home, behind a front."""

    home: Home
    tool: str
    renamed: dict[str, str] = field(default_factory=dict)
    number: int = 0
    front: Front = field(init=False)
    before: Any = field(init=False)

    def __post_init__(self) -> None:
        served = self.home.served[self.tool]
        self.front = Front(served.origin)
        self.home.write_settings(**{self.tool: {"base_url": self.front.origin}})
        if self.tool == "google":  # the token file names where tokens are renewed
            served.sandbox.settings(self.front.origin)
        self.before = contents(self.home)

    def close(self) -> None:
        self.front.close()

    @property
    def title(self) -> str:
        """Return how a person calls the tool."""
        return TITLES[self.tool]

    def edit(self) -> None:
        """Have the person rename something elsewhere, and something in the tool itself."""
        self.number += 1
        source, kind, first, _, _ = CARRIED[self.tool]
        self._rename(source, kind, first)
        self._rename(self.tool, *OWN[self.tool])
        self.home.later(minutes=5)

    def syncd(self, *words: str) -> Told:
        """Type a command."""
        done = self.home.syncd(*words)
        assert isinstance(done, Told)
        return done

    def misbehave(self, act: Act, *words: str, **where: Any) -> Told:
        """Sync while the tool misbehaves."""
        self.front.misbehave(act, **where)
        told = self.home.syncd(*(words or ("sync",)))
        assert isinstance(told, Told)
        return told

    def carried(self) -> bool:
        """Say whether the edit between the other two arrived."""
        _, _, first, target, kind = CARRIED[self.tool]
        return self.renamed[first] in self.home.person(target).titles(kind)

    def peace(self, *, same: bool = True) -> list[str]:
        """Let the tool behave again; return what is wrong after two syncs.

        same: all has to be as it was, but for what the person renamed; else nothing may
        be there twice.
        """
        self.front.behave()
        wrong = []
        for _ in range(2):
            self.home.later(minutes=10)
            done = self.home.syncd("sync", "--json")
        if done.status or not done.json["converged"]:
            wrong.append(f"no agreement after peace: {done.status} {done.json['problems']}")
        wanted, found = self.expected(), contents(self.home)
        if same:
            return wrong + list(differences(wanted, found))
        doubles = [it for items in found.values() for it in items if "twice" in it]
        return wrong + [it for it in doubles if isinstance(it, str)]

    def expected(self) -> Any:
        """Return what everything held in the beginning, but for what the person renamed."""
        text = json.dumps(self.before)
        for old, new in self.renamed.items():
            text = text.replace(json.dumps(old), json.dumps(new))
        return {place: in_order(items) for place, items in json.loads(text).items()}

    def _rename(self, tool: str, kind: Kind, first: str) -> None:
        new = f"{first}, {self.number}"
        self.home.person(tool).edit(kind, self.renamed.get(first, first), "title", new)
        self.renamed[first] = new


def contents(home: Home) -> dict[str, Any]:
    """Return what each tool and the plan hold, as JSON, by place."""
    found = {place: in_order(_shown(home, place, it)) for place, it in home.titles().items()}
    plan = home.syncd("plan", "export", "--format", "json").json
    for block in plan["blocks"]:
        block["notes"] = ""  # why it is where it is: told anew each time it is looked at
    found |= {f"plan {kind}": in_order(map(_lasting, items)) for kind, items in plan.items()}
    return found


def differences(wanted: Any, found: Any) -> Iterator[str]:
    """Yield what is lacking in each place, and what is there besides."""
    for place in sorted(wanted | found):
        before, now = wanted.get(place, []), found.get(place, [])
        lacking = [it for it in before if it not in now]
        more = [it for it in now if it not in before]
        if lacking or more:
            yield f"{place}: instead of {named(lacking, more)} there is {named(more, lacking)}"


def named(items: list[Any], others: list[Any]) -> str:
    """Return what tells items from others, shortly: titles, and the fields that differ."""
    first = [it for it in others if isinstance(it, dict)]
    told = [
        {name: value for name, value in it.items() if _tells(name, value, first)}
        if isinstance(it, dict)
        else it
        for it in items
    ]
    return str(told)[:400]


def _tells(name: str, value: Any, others: list[Any]) -> bool:
    return name == "title" or all(value != it.get(name) for it in others)


def in_order(items: Any) -> list[Any]:
    return sorted(items, key=lambda it: json.dumps(it, sort_keys=True))


def _shown(home: Home, place: str, titles: list[str]) -> list[Any]:
    tool, kind = place.split()
    once = [it for it in titles if titles.count(it) == 1]
    shown = [_lasting(home.person(tool).shows(Kind(kind), it)) for it in once]
    return [*shown, *(f"twice: {it}" for it in titles if titles.count(it) > 1)]


def _lasting(item: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in item.items() if name not in VOLATILE}
    return dict(json.loads(json.dumps(kept, default=_text)))


def _text(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else str(value)
