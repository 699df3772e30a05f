"""The demonstration: a week of a person's edits in three tools, and what came of them."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from syncd.app import App
from syncd.clock import Clock
from syncd.demo.calendar_steps import CalendarSteps, ConfirmationSteps
from syncd.demo.environment import ZONE, Environment, demo_environment
from syncd.demo.scenario import PlanSteps, ScenarioStep, Subjects, choose, combined
from syncd.demo.smtp_sink import Mailbox, files_of, read_mail
from syncd.demo.week import SampleWeek, add_plans
from syncd.engine.context import Context
from syncd.engine.edits import put_all
from syncd.engine.report import Report
from syncd.engine.reviews import make_review
from syncd.model.entities import Entity
from syncd.model.exchange.reading import read_plan
from syncd.model.values import ReviewKind
from syncd.private import make_folder
from syncd.review.periods import period_of
from syncd.review.render.page import glance, subject, summary

Say = Callable[[str], None]
_FORMS = ("eml", "html", "txt")

SECONDS = 5
"""How often the demonstration looks for edits while it stays up."""


@contextmanager
def run_demo(
    directory: Path | None, say: Say, clock: Clock, environ: Mapping[str, str]
) -> Iterator["Demo"]:
    """Set up a demonstration below ``directory`` (None: a new one that is left there)."""
    folder = directory or Path(tempfile.mkdtemp(prefix="syncd-demo-"))
    make_folder(folder)
    with demo_environment(folder, clock, environ) as environment:
        yield Demo(environment, say)


class Demo:
    """One demonstration; ``play`` plays it, ``stay`` keeps it up."""

    def __init__(self, environment: Environment, say: Say) -> None:
        self._environment = environment
        self._say = say
        self._failed = False

    @property
    def app(self) -> App:
        """Return the syncd that it is played with."""
        return self._environment.app

    def play(self) -> bool:
        """Play the week; return whether everything was as it should be."""
        plan = self._begin()
        subjects = choose(plan, ZONE)
        confirmations = self._confirmations(subjects)
        for at, steps in self._evenings(subjects, confirmations):
            self._go_to(at)
            self.app.reviews.make()
            for step in steps:
                self._take(step)
        self._look_back()
        self._come_home(confirmations)
        return not self._failed

    @cached_property
    def digest(self) -> "SentDigest":
        """The digest of the week, as it arrived."""
        environment = self._environment
        return sent_digest(environment.engine.context, environment.week, environment.sink.box)

    def _begin(self) -> list[Entity]:
        """Write the plan on the evening before the week, and sync for the first time."""
        environment = self._environment
        plan = self._sample()
        taken = add_plans(environment.tools.calendar_user, environment.week)
        self._say(
            f"{self._day()}\nA sample plan of {len(plan)} entries, some evenings that are"
            " taken, and three tools that know nothing of the plan."
        )
        report = self._cycle("First sync")
        self._check("every tool has its part, and everything agrees", ok=report.converged)
        steps = CalendarSteps(environment.engine.context, environment.tools, taken)
        for expected in steps.after_first_sync():
            self._check(expected.words, ok=expected.holds())
        return plan

    def _confirmations(self, subjects: Subjects) -> ConfirmationSteps:
        return ConfirmationSteps(
            context=self._environment.engine.context,
            by_hand=self.app.plan_context(),
            tools=self._environment.tools,
            last=subjects.last_tasks,
            reserved=subjects.reserved,
        )

    def _evenings(
        self, subjects: Subjects, confirmations: ConfirmationSteps
    ) -> Iterator[tuple[datetime, Iterator[ScenarioStep]]]:
        """Yield the evenings of the week, and what the person does on each."""
        environment, week = self._environment, self._environment.week
        edits = PlanSteps(subjects, environment.tools)
        ahead = CalendarSteps(environment.engine.context, environment.tools, [])
        yield week.monday_evening, chain(confirmations.all_done(), combined(edits.on_tasks()))
        yield (
            week.thursday_evening,
            chain(
                combined(chain(confirmations.last_ticked(), edits.on_goals())),
                combined(edits.on_titles()),
            ),
        )
        yield (
            week.saturday_afternoon,
            chain(
                combined(confirmations.missed_and_left()),
                ahead.on_times(week.sunday),
                combined(chain(edits.on_trash(), ahead.on_tasks())),
            ),
        )

    def _look_back(self) -> None:
        """Make and send the digest of the week when it is due, once all is read.

        It is not left to the present: on a Sunday the week that it looks forward to is over.
        """
        environment = self._environment
        self._go_to(environment.week.due)
        self._cycle("The week is over")
        self.app.reviews.make()
        self._cycle("Its review is written")
        self._send_mails()
        self._say("  The digest is sent.")

    def _come_home(self, confirmations: ConfirmationSteps) -> None:
        """Let it be today, and see that all is quiet."""
        self._environment.clock.go_home()
        self._say(f"\nBack in the present: {self._day()}.")
        meanwhile = list(confirmations.all_done())
        for step in meanwhile:
            self._take(step)
        if not meanwhile:
            self._cycle("What time did since")
        self._send_mails()  # it was sent: this must send nothing
        report = self._cycle("A quiet cycle")
        quiet = report.writes == 0 and report.changes == 0
        self._check("nothing changed, so nothing was written", ok=quiet)
        self._check("the digest arrived by mail once", ok=self.digest.once)

    def summarise(self) -> None:
        """Say what the digest tells, and where everything is."""
        environment, digest = self._environment, self.digest
        self._say("\nThe digest of the week:")
        for words in (digest.subject, digest.summary, digest.glance):
            self._say(f"  {words}")
        self._say("Where to look:")
        for tool in environment.tools.all():
            self._say(f"  {tool.title + ':':<17} {tool.origin}/")
        for title, file in digest.files.items():
            self._say(f"  {title + ':':<17} {file}")
        self._say(f"  {'its settings:':<17} {environment.config}")
        for command in ("schedule", "history", "review weekly"):
            self._say(f"  try: syncd --config {environment.config} {command}")

    def stay(self) -> None:
        """Go on syncing what a person edits in the pages, until asked to stop."""
        self._say("Edit anything there; it arrives in the others within seconds. Ctrl-C ends.")
        while not self._environment.clock.sleep(SECONDS):
            report = self._environment.engine.run()
            if report.changes or report.writes:
                self._say(_counts("  synced", report))

    def _sample(self) -> list[Entity]:
        text = files("syncd.demo").joinpath("sample-plan.yaml").read_text("utf-8")
        context = self.app.plan_context()
        existing = [record.entity for record in context.store.plan.every()]
        read = read_plan(text, self._environment.clock.now(), existing, context.zone)
        put_all(context, read.entities, "sample plan")
        return [record.entity for record in context.store.plan.every(archived=False)]

    def _go_to(self, at: datetime) -> None:
        self._environment.clock.go_to(at)
        self._say(f"\n{self._day()}")

    def _day(self) -> str:
        now = self._environment.clock.now().astimezone(ZoneInfo(ZONE))
        return f"{now:%A}, {now.day} {now:%B %Y, %H:%M}"

    def _send_mails(self) -> None:
        """Do what the daemon does with a review that is due."""
        self.app.post_reviews()
        self.app.mail().send()

    def _take(self, step: ScenarioStep) -> None:
        self._say(f"\nThe person {step.does}.")
        step.do()
        report = self._cycle("  Next cycle")
        for expected in step.expected:
            self._check(expected.words, ok=expected.holds())
        if step.conflicts:
            one_lost = report.conflicts == step.conflicts
            self._check("`syncd conflicts` lists the value that lost", ok=one_lost)

    def _cycle(self, words: str) -> Report:
        report = self._environment.engine.run()
        self._say(_counts(words, report))
        for problem in report.problems:
            self._say(f"    note: {problem}")
        return report

    def _check(self, words: str, *, ok: bool) -> None:
        self._failed = self._failed or not ok
        self._say(f"  {'✓' if ok else '✗'} {words}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentDigest:
    """The digest of the week: what it says first, and the files of each time it arrived."""

    subject: str
    summary: str
    glance: str
    arrived: tuple[Sequence[Path], ...]

    @property
    def files(self) -> Mapping[str, Path]:
        """Return the files of its first arrival, by what they are."""
        names = {".eml": "the mail", ".html": "to look at", ".txt": "to read"}
        first = self.arrived[0] if self.arrived else ()
        return {names[file.suffix]: file for file in first}

    @property
    def once(self) -> bool:
        """Say whether it arrived once, with its text and its HTML."""
        return len(self.arrived) == 1 and len(self.arrived[0]) == len(_FORMS)

    @property
    def as_json(self) -> Mapping[str, object]:
        """Return it for programs; ``files`` by their form."""
        files = {
            file.suffix[1:]: str(file) for file in (self.arrived[0] if self.arrived else ())
        }
        return {"subject": self.subject, "verdict": self.summary, "files": files}


def sent_digest(context: Context, week: SampleWeek, box: Mailbox) -> SentDigest:
    """Return the digest of a week, as it arrived."""
    facts = make_review(context, period_of(ReviewKind.WEEKLY, week.monday)).facts
    title = subject(facts)
    mails = [mail for mail in box.mails if read_mail(mail.read_bytes())["subject"] == title]
    return SentDigest(
        subject=title,
        summary=summary(facts),
        glance=glance(facts),
        arrived=tuple(map(files_of, mails)),
    )


def _counts(words: str, report: Report) -> str:
    counts = [
        f"{name} {tool.pulled} read, {tool.created} made, {tool.updated} changed,"
        f" {tool.deleted} removed ({tool.requests} requests)"
        for name, tool in sorted(report.tools.items())
    ]
    return f"{words}:\n    " + "\n    ".join(counts)
