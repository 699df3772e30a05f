"""``syncd plan show``, ``import`` and ``export``; the plan as a tree."""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.text import Text
from rich.tree import Tree

from syncd.app import App
from syncd.cli.errors import Exit
from syncd.cli.output import Json, Speech, local
from syncd.cli.session import Session
from syncd.engine.cycle_report import sentences
from syncd.engine.edits import put_all
from syncd.errors import Mistake
from syncd.model.entities import (
    Achievement,
    Contact,
    Entity,
    Goal,
    Milestone,
    ProfileEntry,
    Resource,
    Skill,
    Task,
)
from syncd.model.exchange.markdown import plan_to_markdown
from syncd.model.exchange.output import plan_to_json
from syncd.model.ids import EntityId
from syncd.model.rules.recurrence import parts_of_rule, repetition
from syncd.model.values import Due, GoalStatus, Moment, day_of
from syncd.private import write
from syncd.text import count, json_text, one_line

if TYPE_CHECKING:  # it reads YAML, which takes long to import
    from syncd.model.exchange.reading import Imported

E = TypeVar("E", bound=Entity)
_TREE_TITLE = 60
"""Characters of a title; the rest is in `syncd why`."""
_ORDER = tuple(GoalStatus)
_DEEPEST = 20
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}


def show_plan(speech: Speech, entities: Iterable[Entity], zone: str) -> None:
    """Show what is live in the plan."""
    grown = _PlanTree(entities, zone)
    for tree in grown.trees():
        speech.show(tree)


class _PlanTree:
    """Entities, sorted to where they stand."""

    def __init__(self, entities: Iterable[Entity], zone: str) -> None:
        self._zone = zone
        self._all = {entity.id: entity for entity in entities}
        self._below: Mapping[EntityId | None, list[Entity]] = defaultdict(list)
        for entity in self._all.values():
            if isinstance(entity, Milestone | Task):
                self._below[self._place(entity)].append(entity)

    def trees(self) -> Iterable[Tree]:
        """Yield one tree a part of the plan."""
        goals = sorted(self._of(Goal), key=self._goal_order)
        if goals:
            tree = Tree(Text("Goals", style="bold"), guide_style="dim")
            for goal in goals:
                self._grow(
                    tree.add(_line(goal.title, _goal_facts(goal), style="bold")), goal.id
                )
            yield tree
        if self._below[None]:
            tree = Tree(Text("Not part of a goal", style="bold"), guide_style="dim")
            self._grow(tree, None)
            yield tree
        parts: Sequence[tuple[str, list[Tree | Text]]] = (
            ("Skills", self._lines(Skill, _skill_facts)),
            ("Resources", self._lines(Resource, _resource_facts)),
            ("People", self._lines(Contact, _contact_facts)),
            ("Achievements", self._lines(Achievement, _achievement_facts)),
            ("Profile", self._lines(ProfileEntry, _profile_facts)),
        )
        for name, lines in parts:
            if lines:
                tree = Tree(Text(name, style="bold"), guide_style="dim")
                for line in lines:
                    tree.add(line)
                yield tree

    def _grow(self, tree: Tree, above: EntityId | None, depth: int = 0) -> None:
        """Add milestones and tasks below what they are part of."""
        if depth > _DEEPEST:
            return
        for step in sorted(self._below[above], key=self._step_order):
            branch = tree.add(self._step(step))
            self._grow(branch, step.id, depth + 1)

    def _step(self, step: Entity) -> Text:
        if isinstance(step, Milestone):
            return _line(
                step.title, [_due_words(step.due, self._zone)], tick=step.done, sign="◆ "
            )
        assert isinstance(step, Task)  # noqa: S101  # nothing else stands below
        facts = [
            _due_words(step.due, self._zone),
            f"{step.estimate_minutes} min" if step.estimate_minutes else "",
            f"P{step.priority}" if step.priority else "",
            _recurrence_words(step.recurrence),
        ]
        return _line(step.title, facts, tick=step.done)

    def _place(self, step: Milestone | Task) -> EntityId | None:
        """Return below what a step stands: its task, its milestone, its goal."""
        above = [step.goal]
        if isinstance(step, Task):
            above = [step.parent, step.milestone, step.goal]
        return next((place for place in above if place in self._all and place != step.id), None)

    def _lines(self, cls: type[E], facts: Callable[[E], list[str]]) -> list[Tree | Text]:
        return [_line(entity.title, facts(entity)) for entity in self._of(cls)]

    def _of(self, cls: type[E]) -> list[E]:
        return [entity for entity in self._all.values() if isinstance(entity, cls)]

    def _goal_order(self, goal: Goal) -> tuple[bool, int, int, date]:
        ended = goal.status in (GoalStatus.DONE, GoalStatus.DROPPED)
        return ended, _ORDER.index(goal.status), goal.priority or 5, goal.due or date.max

    def _step_order(self, step: Entity) -> tuple[bool, bool, date, str]:
        assert isinstance(step, Milestone | Task)  # noqa: S101  # as above
        day = day_of(step.due, self._zone) if step.due else date.max
        return isinstance(step, Task), step.done, day, step.title


def _line(
    title: str,
    facts: Iterable[str],
    *,
    tick: bool | None = None,
    sign: str = "",
    style: str = "",
) -> Text:
    """Return a title with a tick before and facts behind it."""
    box = "" if tick is None else "[x] " if tick else "[ ] "
    shown = Text(f"{box}{sign}")
    shown.append(
        one_line(title, _TREE_TITLE) or "(without a title)", style="dim" if tick else style
    )
    details = ", ".join(one_line(fact) for fact in facts if fact)
    if details:
        shown.append(f"  {details}", style="dim")
    return shown


def _goal_facts(goal: Goal) -> list[str]:
    return [
        goal.status,
        f"P{goal.priority}" if goal.priority else "",
        f"due {goal.due}" if goal.due else "no due date",
        f"{goal.progress:.0%}" if goal.progress is not None else "",
        goal.pace or "",
    ]


def _recurrence_words(text: str) -> str:
    """Return roughly how a task repeats, in words."""
    parts = parts_of_rule(repetition(text) or "")
    unit = _UNITS.get(parts.get("FREQ", ""))
    if unit is None:
        return "repeats" if text.strip() else ""
    every = parts.get("INTERVAL", "")
    words = f"every {every} {unit}s" if every else f"every {unit}"
    return f"{words} on {parts['BYDAY'].title()}" if "BYDAY" in parts else words


def _due_words(due: Due | None, zone: str) -> str:
    if due is None:
        return ""
    return f"due {local(due.at, zone) if isinstance(due, Moment) else due}"


def _skill_facts(skill: Skill) -> list[str]:
    wants = f" of {skill.target_level}" if skill.target_level is not None else ""
    level = f"level {skill.level or 0}{wants}" if skill.level is not None or wants else ""
    return [skill.category or "", level]


def _resource_facts(resource: Resource) -> list[str]:
    cost = f"{resource.cost:g} {resource.currency}" if resource.cost is not None else ""
    return [resource.type or "", resource.status or "", cost, resource.url]


def _contact_facts(contact: Contact) -> list[str]:
    every = f"every {contact.cadence_days} days" if contact.cadence_days else ""
    return [
        contact.role or "",
        every,
        f"next {contact.next_contact}" if contact.next_contact else "",
    ]


def _achievement_facts(achievement: Achievement) -> list[str]:
    return [str(achievement.date or ""), achievement.impact]


def _profile_facts(entry: ProfileEntry) -> list[str]:
    return [entry.aspect or "", entry.horizon or ""]


def plan_show(ctx: typer.Context, *, json: Json = False) -> int:
    """Show the plan as a tree."""
    session: Session = ctx.obj
    with session.app() as app:
        entities = _live(app)
        if json:
            session.speech.json(plan_to_json(_every(app), app.zone))
        elif entities:
            show_plan(session.speech, entities, app.zone)
        else:
            session.speech.note(
                "The plan is empty: take one in with `syncd plan import FILE`, or sync a tool."
            )
        session.warn(list(sentences(app.store)))
        return Exit.DONE


def _every(app: App) -> list[Entity]:
    return [record.entity for record in app.store.plan.every()]


def _live(app: App) -> list[Entity]:
    return [record.entity for record in app.store.plan.every(archived=False)]


FORMS = {
    "yaml": "yaml",
    "yml": "yaml",
    "json": "json",
    "markdown": "markdown",
    "md": "markdown",
}
STDIN = "-"


def plan_export(
    ctx: typer.Context,
    *,
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", help="yaml, json or markdown.")
    ] = "yaml",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to a file instead of stdout.")
    ] = None,
) -> int:
    """Write the whole plan as YAML, JSON or Markdown."""
    return export(ctx.obj, form, out)


def export(session: Session, form: str, out: Path | None) -> int:
    """Write the whole plan to stdout or a file."""
    known = FORMS.get(form.lower())
    if known is None:
        quote = one_line(form, 40)
        raise Mistake(f"The plan can't be written as '{quote}': use yaml, json or markdown.")
    with session.app() as app:
        text = _written(app, known)
        session.warn(list(sentences(app.store)))
        if out is None:
            session.speech.data(text)
            return Exit.DONE
        _write(out, text)
        session.speech.note(f"The plan is in {out}.")
        return Exit.DONE


def plan_import(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="YAML or JSON; - for stdin.")],
) -> int:
    """Take a plan file into the plan.

    What the plan holds already is updated, not doubled. Days may be relative (+30d).
    """
    from syncd.model.exchange.reading import read_plan

    session: Session = ctx.obj
    text = _read(file)
    with session.app() as app:
        read = read_plan(text, app.clock.now(), _every(app), app.zone)
        _refuse_seconds(app, read.entities)
        changed = put_all(app.plan_context(), read.entities, "import")
        session.warn(list(read.problems))
        session.speech.line(_taken(read, changed))
        if read.problems and read.entities:
            session.speech.note(
                "What has a mistake was left out: correct it, and import the file again; nothing"
                " is doubled by that."
            )
        if changed:
            session.speech.note(
                "The tools hear of it with the next sync; `syncd plan check` looks it over."
            )
        return Exit.NOT_DONE if read.problems else Exit.DONE


def _refuse_seconds(app: App, entities: Iterable[Entity]) -> None:
    """Raise ``Mistake`` where a file would add what is there and can't be read."""
    plan = app.store.plan
    for entity in entities if plan.damaged else ():
        if plan.damaged_titled(entity.title) and plan.get(entity.id) is None:
            raise Mistake(
                f"'{one_line(entity.title, 40)}' is in the plan already and can't be read: mend"
                " it as `syncd status` says, then import this again."
            )


def _write(out: Path, text: str) -> None:
    """Write a plan to a file, for its owner alone. Raises ``Mistake``."""
    try:
        write(out, text if text.endswith("\n") else f"{text}\n")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Mistake(
            f"The plan can't be written to {out} ({why}): name another file."
        ) from None


def _taken(read: "Imported", changed: int) -> str:
    fact = f"{count(len(read.entities), 'entry', 'entries')} read"
    if not changed:
        return f"{fact}; the plan holds them already."
    return f"{fact}, {changed} added or changed in the plan."


def _read(name: str) -> str:
    """Return the text of a file, or of stdin. Raises ``Mistake``."""
    try:
        if name == STDIN:
            return sys.stdin.buffer.read().decode("utf-8")
        return Path(name).expanduser().read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Mistake(f"{name} is not UTF-8 text: save it as UTF-8, then import it.") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Mistake(f"{name} can't be read ({why}): name another file.") from None


def _written(app: App, form: str) -> str:
    if form == "json":
        return json_text(plan_to_json(_every(app), app.zone))
    if form == "yaml":
        from syncd.model.exchange.yaml import plan_to_yaml

        return plan_to_yaml(_every(app), app.zone)
    return plan_to_markdown(_live(app), app.zone)
