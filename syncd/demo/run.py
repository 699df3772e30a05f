"""The demonstration: a week of a person's edits in three tools, and what came of them."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from syncd.clock import Clock
from syncd.demo.evenings import Evenings, furnish
from syncd.demo.past import Past
from syncd.demo.post import Digest, find, make, post
from syncd.demo.stage import ZONE, Open, Stage, stage
from syncd.demo.story import Act, Chosen, Story, choose, together
from syncd.engine.edits import put_all
from syncd.engine.report import Report
from syncd.model.entities import Entity
from syncd.model.exchange.reading import read_plan
from syncd.private import make_folder

Say = Callable[[str], None]

SECONDS = 5
"""How often the demonstration looks for edits while it stays up."""


@contextmanager
def run_demo(
    directory: Path | None, say: Say, clock: Clock, open_session: Open
) -> Iterator["Demo"]:
    """Set the stage below ``directory`` (None: a new one that is left to be looked at)."""
    place = directory or Path(tempfile.mkdtemp(prefix="syncd-demo-"))
    make_folder(place)
    with stage(place, clock, open_session) as set_up:
        yield Demo(set_up, say)


class Demo:
    """One demonstration; ``story`` plays it, ``stay`` keeps it up."""

    def __init__(self, stage: Stage, say: Say) -> None:
        self._stage = stage
        self._say = say
        self._failed = False

    def story(self) -> bool:
        """Play the story; return whether everything was seen as it should be."""
        plan = self._begin()
        chosen = choose(plan, ZONE)
        past = self._past(chosen)
        for at, acts in self._evenings(chosen, past):
            self._go_to(at)
            make(self._stage.session)
            for act in acts:
                self._act(act)
        self._look_back()
        self._come_home(past)
        return not self._failed

    @cached_property
    def digest(self) -> Digest:
        """The digest of the week, as it arrived."""
        stage = self._stage
        return find(stage.engine.context, stage.week, stage.sink.box)

    def _begin(self) -> list[Entity]:
        """Write the plan on the evening before the week, and sync for the first time."""
        stage = self._stage
        plan = self._sample()
        taken = furnish(stage.cast.diary, stage.week)
        self._say(
            f"{self._day()}\nA sample plan of {len(plan)} entries, some evenings that are"
            " taken, and three tools that know nothing of the plan."
        )
        report = self._cycle("First sync")
        self._check("every tool has its part, and everything agrees", ok=report.converged)
        for seen in Evenings(stage.engine.context, stage.cast, taken).first_look():
            self._check(seen.words, ok=seen.look())
        return plan

    def _past(self, chosen: Chosen) -> Past:
        stage = self._stage
        return Past(
            context=stage.engine.context,
            by_hand=stage.session.plan_context(),
            cast=stage.cast,
            last=chosen.last_tasks,
            reserved=chosen.reserved,
        )

    def _evenings(self, chosen: Chosen, past: Past) -> Iterator[tuple[datetime, Iterator[Act]]]:
        """Yield the evenings of the week, and what the person does on each."""
        stage, week = self._stage, self._stage.week
        story = Story(chosen, stage.cast)
        ahead = Evenings(stage.engine.context, stage.cast, [])
        yield week.monday_evening, chain(past.all_done(), together(story.on_tasks()))
        yield (
            week.thursday_evening,
            chain(
                together(chain(past.last_ticked(), story.on_goals())),
                together(story.on_titles()),
            ),
        )
        yield (
            week.saturday_afternoon,
            chain(
                together(past.missed_and_left()),
                ahead.on_times(week.sunday),
                together(chain(story.on_trash(), ahead.on_tasks())),
            ),
        )

    def _look_back(self) -> None:
        """Make and send the digest of the week when it is due, once all is read.

        It is not left to the present: on a Sunday the week that it looks forward to is over.
        """
        stage = self._stage
        self._go_to(stage.week.due)
        self._cycle("The week is over")
        make(stage.session)
        self._cycle("Its review is written")
        post(stage.session)
        self._say("  The digest is sent.")

    def _come_home(self, past: Past) -> None:
        """Let it be today, and see that all is quiet."""
        self._stage.clock.go_home()
        self._say(f"\nBack in the present: {self._day()}.")
        meanwhile = list(past.all_done())
        for act in meanwhile:
            self._act(act)
        if not meanwhile:
            self._cycle("What time did since")
        post(self._stage.session)  # it was sent: this must send nothing
        report = self._cycle("A quiet cycle")
        quiet = report.writes == 0 and report.changes == 0
        self._check("nothing changed, so nothing was written", ok=quiet)
        self._check("the digest arrived by mail once", ok=self.digest.once)

    def look(self) -> None:
        """Say what the digest tells, and where everything is."""
        stage, digest = self._stage, self.digest
        self._say("\nThe digest of the week:")
        for words in (digest.subject, digest.verdict, digest.glance):
            self._say(f"  {words}")
        self._say("Where to look:")
        for player in stage.cast.players():
            self._say(f"  {player.title + ':':<17} {player.origin}/")
        for title, file in digest.files.items():
            self._say(f"  {title + ':':<17} {file}")
        self._say(f"  {'its settings:':<17} {stage.config}")
        for command in ("schedule", "history", "review weekly"):
            self._say(f"  try: syncd --config {stage.config} {command}")

    def stay(self) -> None:
        """Go on syncing what a person edits in the pages, until asked to stop."""
        self._say("Edit anything there; it arrives in the others within seconds. Ctrl-C ends.")
        while not self._stage.clock.sleep(SECONDS):
            report = self._stage.engine.run()
            if report.changes or report.writes:
                self._say(_counts("  synced", report))

    def _sample(self) -> list[Entity]:
        text = files("syncd.demo").joinpath("sample-plan.yaml").read_text("utf-8")
        context = self._stage.session.plan_context()
        existing = [record.entity for record in context.store.plan.every()]
        read = read_plan(text, self._stage.clock.now(), existing, context.zone)
        put_all(context, read.entities, "sample plan")
        return [record.entity for record in context.store.plan.every(archived=False)]

    def _go_to(self, at: datetime) -> None:
        self._stage.clock.go_to(at)
        self._say(f"\n{self._day()}")

    def _day(self) -> str:
        now = self._stage.clock.now().astimezone(ZoneInfo(ZONE))
        return f"{now:%A}, {now.day} {now:%B %Y, %H:%M}"

    def _act(self, act: Act) -> None:
        self._say(f"\nThe person {act.does}.")
        act.do()
        report = self._cycle("  Next cycle")
        for seen in act.seen:
            self._check(seen.words, ok=seen.look())
        if act.conflicts:
            one_lost = report.conflicts == act.conflicts
            self._check("`syncd conflicts` lists the value that lost", ok=one_lost)

    def _cycle(self, words: str) -> Report:
        report = self._stage.engine.run()
        self._say(_counts(words, report))
        for problem in report.problems:
            self._say(f"    note: {problem}")
        return report

    def _check(self, words: str, *, ok: bool) -> None:
        self._failed = self._failed or not ok
        self._say(f"  {'✓' if ok else '✗'} {words}")


def _counts(words: str, report: Report) -> str:
    told = [
        f"{name} {tool.pulled} read, {tool.created} made, {tool.updated} changed,"
        f" {tool.deleted} removed ({tool.requests} requests)"
        for name, tool in sorted(report.tools.items())
    ]
    return f"{words}:\n    " + "\n    ".join(told)
