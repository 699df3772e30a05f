"""One story: a seeded person, three tools, faults; and at each rest the ledger is read."""

import json
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from syncd.model.entities import Kind
from tests.chaos.acts import Chooser
from tests.chaos.evenings import Evenings
from tests.chaos.faults import Trouble
from tests.chaos.home import ChaosHome
from tests.chaos.ledger import FIELDS, Finding, Ledger, Verdict
from tests.journeys.homes import Forker
from tests.journeys.inside import Done

FIRST = datetime(2031, 1, 6, 8, 0, tzinfo=UTC)
ROUNDS = 3
EVENINGS_EACH = 4
"""In each fourth story the person has hours for learning."""
DEADLY_EACH = 5
"""In each fifth story syncd is killed again and again, just when an update is done."""
MOST_CYCLES = 5
"""Cycles in which everything has to come to rest once nothing goes wrong any more."""
STATUSES = frozenset({0, 1, 3, 4, -9})
UNEXPECTED = ("Traceback", "failed unexpectedly", "in a way syncd does not know")
PLAN = """
goals:
  - {title: G01 Lead a team, status: active, due: +300d, why: To shape what we build}
  - {title: G02 Speak in public, status: active, due: +200d}
milestones:
  - {title: M01 First project led, goal: G01 Lead a team, due: +40d}
  - {title: M02 First talk given, goal: G02 Speak in public, due: +50d}
tasks:
  - {title: T01 Read the book, goal: G01 Lead a team, due: +20d, estimate: 60, labels: [deep]}
  - {title: T02 Ask for feedback, goal: G01 Lead a team, priority: 2}
  - {title: T03 Give a talk, goal: G02 Speak in public, due: +30d, notes: Short.}
  - {title: T04 Write an outline, goal: G02 Speak in public}
  - {title: T05 Call Jo, due: +10d, estimate: 30}
  - {title: T06 Tidy the desk}
"""


@dataclass
class Story:
    """Plays one seed. findings: what was wrong; lines: the story so far."""

    seed: int
    place: Path
    forker: Forker
    echo: Callable[[str], None] = lambda _: None
    lines: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    copies: list[Path] = field(default_factory=list)

    def play(self) -> list[Finding]:
        """Play the whole story; return what was wrong, nothing if all was well."""
        self.rng = random.Random(self.seed)  # noqa: S311 - a story, no secret
        now = FIRST + timedelta(days=self.rng.randrange(360), seconds=self.rng.randrange(86400))
        self.home = ChaosHome.at(self.place, self.forker, now, seed=self.seed)
        self.home.evenings = self.seed % EVENINGS_EACH == 0
        self.home.write_settings()
        try:
            self._begin()
            for number in range(ROUNDS):
                if self.findings:
                    break
                self.tell(f"Round {number + 1}")
                self._round()
                self._come_to_rest()
        finally:
            self.home.close()
        return self.findings

    def tell(self, line: str) -> None:
        """Add a line to the story."""
        self.lines.append(line)
        self.echo(line)

    def _begin(self) -> None:
        self._choose_services()
        self.home.import_plan(PLAN)
        self.ledger = Ledger()
        for kind, codes in ((Kind.GOAL, "G"), (Kind.MILESTONE, "M"), (Kind.TASK, "T")):
            for row in self._plan()[kind]:
                self.ledger.add(row["title"].split(" ")[0], kind)
            self.ledger.numbers[codes] = len(self._plan()[kind])
        self.evenings = Evenings(self.home, self.rng)
        now = self.home.world.now()
        self.person = Chooser(self.home, self.ledger, self.rng, self.evenings, now)
        self.trouble = Trouble(self.home, self.rng, self.person, self.tell)
        self.trouble.deadly = self.seed % DEADLY_EACH == DEADLY_EACH - 1
        self._come_to_rest()

    def _choose_services(self) -> None:
        """Let the services be of one sort of those that their documents leave open."""
        rng = random.Random(-self.seed)  # noqa: S311 - a story, no secret
        todoist = self.home.sandbox("todoist")
        google = self.home.sandbox("google")
        todoist.switches.duration_needs = rng.choice(["due", "due", "time", "nothing"])
        todoist.switches.shows_completed = rng.random() < 0.3
        todoist.switches.repeats_mapping = rng.random() < 0.7
        google.switches.tombstones = rng.choice(["id", "full"])
        google.switches.revives = rng.random() < 0.7

    def _round(self) -> None:
        for _ in range(self.rng.randint(2, 4)):
            for _ in range(self.rng.randint(1, 5)):
                self.tell(self.person.act())
                self._pass_time(self.rng.choice([1, 20, 70, 400]))
            self.trouble.begin()
            if self._sync().status < 0 and (self.trouble.deadly or self.rng.random() < 0.7):
                self.tell(f"  then: {self.person.meddle(self.trouble.kills_in)}")
            if self.rng.random() < 0.7:
                self.trouble.end()
            self._pass_time(self.rng.choice([5, 60, 600, 7200]))
            if self.rng.random() < 0.06:
                self._lose_state()
        self.trouble.end()

    def _pass_time(self, seconds: int) -> None:
        self.home.later(seconds=seconds)

    def _lose_state(self) -> None:
        """The state folder is lost, or an older copy of it is put back."""
        self.ledger.lost_at = self.home.world.now()
        shutil.rmtree(self.home.state)
        older = bool(self.copies) and self.rng.random() < 0.5
        if older:
            shutil.copytree(self.rng.choice(self.copies), self.home.state)
        self.tell(
            "  an older copy of the state is put back" if older else "  the state is lost"
        )

    def _sync(self) -> Done:
        done = self.home.syncd("sync", "--json")
        if done.status >= 0:
            self.person.looked = self.home.world.now()
        self.tell(f"  sync: {_summary(done)}")
        self._see(done)
        return done

    def _see(self, done: Done) -> None:
        log = "".join(it.read_text("utf-8") for it in sorted(self.home.state.glob("*.log")))
        for text in (done.err, done.out, log):
            found = next((it for it in UNEXPECTED if it in text), None)
            if found is not None:
                self._find("traceback", f"{found}: {text[-600:]}")
        if done.status not in STATUSES:
            self._find("status", f"sync ended with {done.status}: {done.err[-300:]}")

    def _find(self, family: str, text: str) -> None:
        self.findings.append(Finding(family, text))
        self.tell(f"  ✗ {family}: {text}")

    def _come_to_rest(self) -> None:
        """Nothing goes wrong any more: all comes to rest, and the ledger is read."""
        self.trouble.end()
        approved = False
        for _ in range(MOST_CYCLES):
            self._pass_time(4000)
            before = self.home.requests()
            done = self._sync()
            if self.findings:
                return
            held = [] if done.status != 3 else _held(done)
            if held and not approved:
                approved = True
                for tool in held:
                    self.home.syncd("approve", tool)
                continue
            if done.status == 0 and not list(self.home.written_since(before)):
                break
        else:
            wrote = [
                f"{it.method} {it.path} {it.body[:200]}"
                for _, it in self.home.written_since(before)
            ]
            self._find("no rest", f"{done.out[:400]} {wrote[:3]}")
            return
        self._read_the_ledger()

    def _read_the_ledger(self) -> None:
        verdict = Verdict(
            ledger=self.ledger,
            plan=self._plan(),
            history=self.home.json("history", "--limit", "100000", "--json")["changes"],
            conflicts=self.home.json("conflicts", "--json")["conflicts"],
            shown=dict(self._shown()),
        )
        found = list(verdict.findings())
        if self.home.evenings and not self.ledger.lost_state:
            rested = {code for code, name in self.ledger.counts if name == "status"}
            found += self.evenings.findings(verdict.plan, rested)
        for finding in found:
            self._find(finding.family, finding.text)
        self.ledger.rest(self.home.world.now())
        for thing in self.ledger.things.values():
            rows = (it for it in verdict.plan[thing.kind] if not it["archived"])
            live = [it for it in rows if it["title"].split(" ")[0] == thing.code]
            thing.row = live[0] if live else {}
            thing.over = not live
        copy = self.place / f"state-{len(self.copies)}"
        shutil.copytree(self.home.state, copy)
        self.copies.append(copy)

    def _plan(self) -> Any:
        return self.home.json("plan", "export", "--format", "json")

    def _shown(self) -> Iterator[tuple[tuple[str, Kind], list[Mapping[str, Any]]]]:
        for tool, kind in FIELDS:
            person: Any = self.home.person(tool)
            titles = self.home.titles_of(tool, kind)
            yield (tool, kind), [dict(person.shows(kind, it)) for it in titles]


def _summary(done: Done) -> str:
    if done.status == -9:
        return "killed"
    try:
        tools = json.loads(done.out)["tools"].items()
    except ValueError:
        return f"status {done.status}: {done.err.strip()[:200]}"
    words = ("pulled", "created", "updated", "deleted")
    counts = (
        f"{name} {it['state']} {'/'.join(str(it[word]) for word in words)}"
        for name, it in tools
    )
    return f"{done.status}; {', '.join(counts)}"


def _held(done: Done) -> list[str]:
    tools = json.loads(done.out)["tools"].items()
    return [name for name, it in tools if it["state"] == "held"]
