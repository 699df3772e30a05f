from datetime import UTC, datetime

import pytest

from syncd.model.entities import Contact, Entity, Goal, Milestone, Task
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.rules.world import LiveState, live_state
from syncd.model.values import GoalStatus

THEN = datetime(2026, 1, 5, 9, tzinfo=UTC)
IN, KEEP, OUT = LiveState.IN, LiveState.KEEP, LiveState.OUT


def task(**fields: object) -> Task:
    return Task(id=EntityId("t"), title="Read", created_at=THEN, **fields)  # type: ignore[arg-type]  # its fields, by name


def goal(status: GoalStatus) -> Goal:
    return Goal(id=EntityId(status), title=status, created_at=THEN, status=status)


def step(status: GoalStatus, **fields: object) -> Milestone:
    it = EntityId(f"step of {status}")
    return Milestone(id=it, created_at=THEN, goal=EntityId(status), **fields)  # type: ignore[arg-type]  # its fields, by name


PAUSED, DROPPED, ACTIVE = GoalStatus.PAUSED, GoalStatus.DROPPED, GoalStatus.ACTIVE
PARENT = Task(id=EntityId("parent"), created_at=THEN, goal=EntityId(PAUSED))
CHILD = Task(id=EntityId("child"), created_at=THEN, parent=PARENT.id)
LOOP = Task(id=EntityId("loop"), created_at=THEN, parent=EntityId("loop"))
PLAN = Plan.of(
    [*map(goal, GoalStatus), *map(step, GoalStatus), PARENT, CHILD, LOOP],
)


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        pytest.param(task(), IN, id="open-task"),
        pytest.param(task(done=True), KEEP, id="done-task"),
        pytest.param(task(archived=True, done=True), OUT, id="archived-task"),
        pytest.param(task(goal=ACTIVE), IN, id="task-of-an-active-goal"),
        pytest.param(task(goal=GoalStatus.PLANNED), IN, id="task-of-a-planned-goal"),
        pytest.param(task(goal=GoalStatus.DONE), IN, id="task-of-a-goal-that-is-done"),
        pytest.param(task(goal=PAUSED), OUT, id="open-task-of-a-paused-goal"),
        pytest.param(task(goal=DROPPED), OUT, id="open-task-of-a-dropped-goal"),
        pytest.param(task(goal=PAUSED, done=True), KEEP, id="done-task-of-a-paused-goal"),
        pytest.param(task(goal=EntityId("nowhere")), IN, id="task-of-an-unknown-goal"),
        pytest.param(task(milestone=step(PAUSED).id), OUT, id="task-through-its-milestone"),
        pytest.param(
            task(goal=ACTIVE, milestone=step(PAUSED).id), IN, id="its-own-goal-comes-first"
        ),
        pytest.param(task(parent=PARENT.id), OUT, id="sub-task-of-a-resting-task"),
        pytest.param(task(parent=CHILD.id), OUT, id="sub-task-of-a-sub-task"),
        pytest.param(task(parent=LOOP.id), IN, id="sub-task-in-a-circle"),
        pytest.param(task(parent=EntityId("nowhere")), IN, id="sub-task-of-an-unknown-task"),
        pytest.param(goal(ACTIVE), IN, id="active-goal"),
        pytest.param(goal(GoalStatus.PLANNED), OUT, id="planned-goal"),
        pytest.param(goal(GoalStatus.DONE), OUT, id="goal-that-is-done"),
        pytest.param(goal(PAUSED), OUT, id="paused-goal"),
        pytest.param(step(ACTIVE), IN, id="milestone"),
        pytest.param(step(DROPPED), OUT, id="milestone-of-a-dropped-goal"),
        pytest.param(step(DROPPED, done=True), KEEP, id="reached-before-it-was-dropped"),
        pytest.param(Contact(id=EntityId("c"), created_at=THEN), IN, id="contact"),
    ],
)
def test_where_it_stands(entity: Entity, expected: LiveState) -> None:
    assert live_state(entity, PLAN) is expected
