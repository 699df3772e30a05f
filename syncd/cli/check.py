"""``syncd plan check``: what goals lack to be SMART, and what else can't work."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from syncd.cli.past import TITLE
from syncd.cli.plain import one_line
from syncd.cli.session import Session
from syncd.cli.words import count, kind_word
from syncd.model.entities import Entity, Goal, Milestone, Task, kind_of
from syncd.model.plan import Plan
from syncd.model.rules.progress import smart_gaps
from syncd.model.rules.recurrence import recurrence_problem
from syncd.model.values import GoalStatus

_MENDING = {
    "no title": ("title", "name what shall be reached"),
    "no number to reach": ("target", "set Target (and Measure and Unit)"),
    "no number to start from": ("baseline", "set Baseline to where you began"),
    "no current number": ("current", "set Current to where you are"),
    "no means to achieve it": ("achievable", "write under Achievable how, and with what"),
    "no reason why": ("why", "write under Why what it is good for"),
    "no due date": ("due", "set Due to the day by which"),
}
"""For each gap the field, and what to write into it."""
_ENDED = (GoalStatus.DONE, GoalStatus.DROPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is missing or can't work, and how to mend it."""

    entity: Entity
    field: str
    what: str
    mend: str

    @property
    def sentence(self) -> str:
        """Return it as a person reads it."""
        title = one_line(self.entity.title, TITLE)
        name = f"{kind_word(kind_of(self.entity))} '{title}'"
        return f"{name[0].upper()}{name[1:]} {self.what}: {self.mend}."


def check(session: Session, *, as_json: bool) -> int:
    """Say what goals lack to be SMART, and what else in the plan can't work."""
    with session.app() as app:
        plan = Plan.of(record.entity for record in app.store.plan.every())
        found = [it for entity in plan if not entity.archived for it in _findings(entity, plan)]
        if as_json:
            session.speech.json({"problems": [_as_json(one) for one in found]})
            return 0
        for one in found:
            session.speech.line(one.sentence)
        if not found:
            session.speech.line("Every goal is SMART, and the plan can work as it is.")
        else:
            things = count(len(found), "thing")
            session.speech.note(
                f"{things} to look at: edit them in Notion, or in a file to import."
            )
        return 0


def _findings(entity: Entity, plan: Plan) -> Iterable[Finding]:
    for cls, look in _LOOKS:
        if isinstance(entity, cls):
            yield from look(entity, plan)


def _goal(goal: Entity, _plan: Plan) -> Iterable[Finding]:
    if not isinstance(goal, Goal) or goal.status in _ENDED:
        return
    for gap in smart_gaps(goal).split("; ") if smart_gaps(goal) else ():
        field, mend = _MENDING.get(gap, ("", "fill it in"))
        yield Finding(entity=goal, field=field, what=f"has {gap}", mend=mend)


def _milestone(step: Entity, plan: Plan) -> Iterable[Finding]:
    if not isinstance(step, Milestone) or step.done:
        return
    goal = plan.get(step.goal) if step.goal else None
    if not isinstance(goal, Goal) or goal.archived:
        mend = "set its Goal"
        yield Finding(entity=step, field="goal", what="belongs to no goal", mend=mend)
    elif step.due and goal.due and step.due > goal.due:
        what = f"is due on {step.due}, after its goal ({goal.due})"
        yield Finding(entity=step, field="due", what=what, mend="move one of the two")


def _task(task: Entity, _plan: Plan) -> Iterable[Finding]:
    if not isinstance(task, Task) or task.done:
        return
    problem = recurrence_problem(task.recurrence)
    if problem:
        what, _, mend = one_line(problem).rstrip(".").rpartition(": ")
        yield Finding(entity=task, field="recurrence", what=f"can't repeat, {what}", mend=mend)
    if task.recurrence and not problem and task.due is None:
        what = "repeats, but has no day to begin with"
        yield Finding(entity=task, field="due", what=what, mend="set Due")


_LOOKS: tuple[tuple[type[Entity], Callable[[Entity, Plan], Iterable[Finding]]], ...] = (
    (Goal, _goal),
    (Milestone, _milestone),
    (Task, _task),
)


def _as_json(one: Finding) -> dict[str, str]:
    return {
        "id": one.entity.id,
        "kind": kind_of(one.entity),
        "title": one.entity.title,
        "field": one.field,
        "sentence": one.sentence,
    }
