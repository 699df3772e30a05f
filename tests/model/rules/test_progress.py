from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import Goal, Kind
from syncd.model.ids import EntityId
from syncd.model.plan import Part
from syncd.model.rules.progress import pace, progress, smart_gaps
from syncd.model.values import GoalStatus, Pace

NEW_YEAR = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)  # 1 January in Berlin
BERLIN = "Europe/Berlin"


def goal(**fields: object) -> Goal:
    return Goal(id=EntityId("g"), title="Lead a team", created_at=NEW_YEAR, **fields)  # type: ignore[arg-type]  # its fields, by name


def numbers(baseline: float, current: float, target: float) -> Goal:
    return goal(baseline=baseline, current=current, target=target)


def open_task(minutes: int | None = None, *, repeats: bool = False) -> Part:
    return Part(kind=Kind.TASK, done=False, estimate_minutes=minutes, repeats=repeats)


def done_task(minutes: int | None = None, *, repeats: bool = False) -> Part:
    return Part(kind=Kind.TASK, done=True, estimate_minutes=minutes, repeats=repeats)


STEP, STEP_DONE = Part(kind=Kind.MILESTONE, done=False), Part(kind=Kind.MILESTONE, done=True)


@pytest.mark.parametrize(
    ("it", "parts", "share"),
    [
        pytest.param(numbers(0, 5, 20), [], 0.25, id="from-nothing-up"),
        pytest.param(numbers(10, 15, 20), [], 0.5, id="from-a-baseline"),
        pytest.param(numbers(90, 84, 70), [], 0.3, id="downwards"),
        pytest.param(numbers(0, 30, 20), [], 1.0, id="beyond-the-target"),
        pytest.param(numbers(10, 5, 20), [], 0.0, id="below-the-baseline"),
        pytest.param(numbers(5, 5, 5), [], 1.0, id="nothing-to-gain-and-there"),
        pytest.param(numbers(5, 4, 5), [], 0.0, id="nothing-to-gain-and-lost"),
        pytest.param(numbers(0, 1, 3), [], 0.3333, id="rounded-to-four-digits"),
        pytest.param(numbers(0, 5, 20), [done_task()], 0.25, id="numbers-beat-tasks"),
        pytest.param(numbers(-1e308, 0, 1e308), [done_task()], 1.0, id="too-large-a-number"),
        pytest.param(
            goal(baseline=0, target=9), [done_task(), open_task()], 0.5, id="no-current"
        ),
        pytest.param(goal(), [], None, id="nothing-to-measure"),
        pytest.param(goal(), [done_task(90), open_task(30)], 0.75, id="weighted-by-estimate"),
        pytest.param(goal(), [done_task(), open_task(180)], 0.25, id="no-estimate-is-an-hour"),
        pytest.param(goal(), [done_task(0), open_task(-5)], 0.5, id="a-silly-estimate-is-none"),
        pytest.param(goal(), [STEP_DONE, STEP, open_task(120)], 0.25, id="milestones-count"),
        pytest.param(
            goal(), [done_task(repeats=True), open_task()], 0.0, id="habits-do-not-count"
        ),
        pytest.param(goal(), [done_task(repeats=True)], None, id="habits-alone-tell-nothing"),
    ],
)
def test_progress_of(it: Goal, parts: list[Part], share: float | None) -> None:
    assert progress(it, parts) == share


@given(
    st.builds(
        numbers,
        *[st.floats(allow_nan=True, allow_infinity=True)] * 3,
    )
)
def test_progress_is_a_fraction_whatever_the_numbers(it: Goal) -> None:
    share = progress(it, [])
    assert share is None or 0 <= share <= 1


DUE = date(2026, 4, 11)  # a hundred days after the first of January


@pytest.mark.parametrize(
    ("today", "share", "word"),
    [
        pytest.param(date(2026, 1, 1), 0.0, Pace.ON_TRACK, id="just-begun"),
        pytest.param(date(2026, 1, 11), 0.0, Pace.ON_TRACK, id="ten-points-below"),
        pytest.param(date(2026, 1, 12), 0.0, Pace.AT_RISK, id="eleven-points-below"),
        pytest.param(date(2026, 1, 26), 0.0, Pace.AT_RISK, id="twenty-five-below"),
        pytest.param(date(2026, 1, 27), 0.0, Pace.BEHIND, id="twenty-six-below"),
        pytest.param(date(2026, 2, 20), 0.6, Pace.AHEAD, id="ten-points-over"),
        pytest.param(date(2026, 2, 20), 0.59, Pace.ON_TRACK, id="nine-points-over"),
        pytest.param(DUE, 0.95, Pace.ON_TRACK, id="nearly-there-on-the-day"),
        pytest.param(date(2026, 4, 12), 0.95, Pace.BEHIND, id="nearly-there-the-day-after"),
        pytest.param(date(2026, 5, 12), 1.0, Pace.ON_TRACK, id="reached-and-over"),
        pytest.param(date(2026, 2, 20), None, None, id="nothing-to-measure"),
    ],
)
def test_pace_when(today: date, share: float | None, word: Pace | None) -> None:
    it = goal(status=GoalStatus.ACTIVE, due=DUE)
    assert pace(it, share, today, BERLIN) is word


@pytest.mark.parametrize("status", [one for one in GoalStatus if one is not GoalStatus.ACTIVE])
def test_a_goal_that_is_not_active_has_no_pace(status: GoalStatus) -> None:
    assert pace(goal(status=status, due=DUE), 0.5, date(2026, 2, 1), BERLIN) is None


def test_a_goal_without_a_due_date_has_no_pace() -> None:
    assert pace(goal(status=GoalStatus.ACTIVE), 0.5, date(2026, 2, 1), BERLIN) is None


@pytest.mark.parametrize(
    ("due", "word"),
    [(date(2026, 1, 1), Pace.BEHIND), (date(2025, 6, 1), Pace.BEHIND)],
    ids=["due-on-its-first-day", "due-before-it-began"],
)
def test_a_goal_with_no_time_at_all_is_behind_at_once(due: date, word: Pace) -> None:
    it = goal(status=GoalStatus.ACTIVE, due=due)
    assert pace(it, 0.0, date(2026, 1, 1), BERLIN) is word


SMART = {
    "unit": "projects",
    "baseline": 0.0,
    "target": 5.0,
    "current": 1.0,
    "achievable": "two evenings a week",
    "why": "to lead",
    "due": DUE,
}


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        pytest.param({}, "", id="complete"),
        pytest.param({"title": "  "}, "no title", id="specific"),
        pytest.param({"target": None}, "no number to reach", id="measurable"),
        pytest.param(
            {"baseline": None, "current": None},
            "no number to start from; no current number",
            id="unmeasured",
        ),
        pytest.param({"title": "Lead it"}, "a title of fewer than 4 words", id="short"),
        pytest.param(
            {"title": "Get better at public speaking"},
            "a title that only says to get better",
            id="vague",
        ),
        pytest.param({"unit": " "}, "no unit", id="unit"),
        pytest.param({"target": 0.0}, "a target that is its baseline", id="no-way-to-go"),
        pytest.param({"achievable": ""}, "no means to achieve it", id="achievable"),
        pytest.param({"why": " "}, "no reason why", id="relevant"),
        pytest.param({"due": None}, "no due date", id="time-bound"),
        pytest.param(
            {"target": None, "due": None}, "no number to reach; no due date", id="two-of-five"
        ),
    ],
)
def test_smart_gaps_when(missing: dict[str, object], words: str) -> None:
    fields: dict[str, object] = {"title": "Lead a team of five", **SMART, **missing}
    it = Goal(id=EntityId("g"), created_at=NEW_YEAR, **fields)  # type: ignore[arg-type]  # its fields, by name
    assert smart_gaps(it) == words


@pytest.mark.parametrize(
    ("title", "vague"),
    [
        ("Improve", True),
        ("Improve my English", True),
        ("Learn about machine learning", True),
        ("Learn more about the cloud", True),
        ("Improve my English to level C1", False),
        ("Improve the start-up time of our service", False),
        ("Betterment of the whole town", False),
        ("Eine Abteilung mit acht Leuten leiten", False),
        ("毎週英語で会議を進行する", False),
    ],
)
def test_a_title_that_only_says_to_get_better_is_not_specific(title: str, vague: bool) -> None:
    it = Goal(id=EntityId("g"), created_at=NEW_YEAR, title=title, **SMART)  # type: ignore[arg-type]  # its fields, by name
    assert bool(smart_gaps(it)) is vague


def test_a_due_date_beyond_eighteen_months_wants_milestones() -> None:
    fields: dict[str, object] = {**SMART, "due": date(2028, 1, 1)}
    it = Goal(id=EntityId("g"), created_at=NEW_YEAR, title="Lead a team of five", **fields)  # type: ignore[arg-type]  # its fields, by name
    assert "18 months" in smart_gaps(it, date(2026, 1, 1))
    assert smart_gaps(it, date(2026, 1, 1), stepped=True) == ""
    assert smart_gaps(it, date(2026, 8, 1)) == ""
