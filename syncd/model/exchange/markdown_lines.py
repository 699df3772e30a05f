"""One entity as one line of the page that a person reads."""

from collections.abc import Iterable, Iterator

from syncd.model.entities import (
    Achievement,
    Contact,
    Goal,
    Milestone,
    ProfileEntry,
    Resource,
    Skill,
    Task,
)
from syncd.model.exchange.markdown_text import inline, link
from syncd.model.values import Due, Moment, day_of


def profile_line(it: ProfileEntry) -> str:
    """Return "**Vision** (3-5 years): title"."""
    aspect = (it.aspect or "note").capitalize()
    horizon = f" ({it.horizon})" if it.horizon else ""
    return f"**{aspect}**{horizon}: {_titled(it.title)}"


def about_goal(goal: Goal) -> Iterator[str]:
    """Yield what is to be said of a goal, as list items."""
    facts = [
        str(goal.status).capitalize(),
        f"P{goal.priority}" if goal.priority else "",
        f"{goal.horizon} term" if goal.horizon else "",
        f"due {goal.due}" if goal.due else "",
        f"{duration(goal.weekly_minutes)} a week" if goal.weekly_minutes else "",
    ]
    yield f"- {', '.join(filter(None, facts))}"
    progress = _progress(goal)
    if progress:
        yield f"- Progress: {progress}"
    for name, text in (
        ("Why", goal.why),
        ("How", goal.achievable),
        ("Missing", goal.smart_gaps),
    ):
        if text.strip():
            yield f"- {name}: {inline(text)}"


def milestone_line(it: Milestone, zone: str) -> str:
    """Return "[ ] **title** (due 2026-12-01)"."""
    return f"{_box(done=it.done)} **{_titled(it.title)}**{_when(it.due, it.done_at, zone)}"


def task_line(it: Task, zone: str) -> str:
    """Return "[ ] title (due 2026-12-01; 1 h 30; P2; repeated)"."""
    more = [
        duration(it.estimate_minutes) if it.estimate_minutes else "",
        f"P{it.priority}" if it.priority else "",
        "repeated" if it.recurrence and not it.done else "",
    ]
    when = _when(it.due, it.done_at if it.done else None, zone, more)
    return f"{_box(done=it.done)} {_titled(it.title)}{when}"


def skill_line(it: Skill) -> str:
    """Return "title: level 2, to reach 4 (hard)"."""
    level = "not assessed" if it.level is None else f"level {it.level}"
    target = "" if it.target_level is None else f", to reach {it.target_level}"
    return f"{_titled(it.title)}: {level}{target}{_in_brackets([it.category])}"


def resource_line(it: Resource) -> str:
    """Return "[title](url) (book, wanted, 24.9 EUR)"."""
    cost = f"{it.cost:g} {inline(it.currency)}".strip() if it.cost is not None else ""
    title = link(it.title or "Untitled", it.url)
    return title + _in_brackets([it.type, it.status, cost])


def contact_line(it: Contact) -> str:
    """Return "name (mentor, every 30 days, next 2026-12-01)"."""
    every = f"every {it.cadence_days} days" if it.cadence_days else ""
    coming = f"next {it.next_contact}" if it.next_contact else ""
    return _titled(it.title) + _in_brackets([it.role, inline(it.email), every, coming])


def achievement_line(it: Achievement) -> str:
    """Return "2026-12-01: title. Impact"."""
    day = f"{it.date}: " if it.date else ""
    impact = f". {inline(it.impact)}" if it.impact.strip() else ""
    return day + link(it.title or "Untitled", it.evidence_url) + impact


def duration(minutes: int) -> str:
    """Return minutes as "1 h 30", "2 h" or "45 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def _progress(goal: Goal) -> str:
    """Return "64 of 85 % (36 % of the way, on track)"."""
    share = "" if goal.progress is None else f"{goal.progress:.0%}".replace("%", " %")
    if goal.current is None or goal.target is None:
        return share + _in_brackets([goal.pace]) if share else ""
    what = inline(goal.unit or goal.measure)
    way = f"{share} of the way" if share else ""
    return f"{goal.current:g} of {goal.target:g} {what}".strip() + _in_brackets(
        [way, goal.pace]
    )


def _titled(title: str) -> str:
    return inline(title) or "Untitled"


def _box(*, done: bool) -> str:
    return "[x]" if done else "[ ]"


def _when(due: Due | None, done_at: Moment | None, zone: str, more: Iterable[str] = ()) -> str:
    if done_at:
        return f" (done {day_of(done_at, zone)})"
    clock = f" {due.local(zone):%H:%M}" if isinstance(due, Moment) else ""
    return _in_brackets([f"due {day_of(due, zone)}{clock}" if due else "", *more], "; ")


def _in_brackets(words: Iterable[str | None], between: str = ", ") -> str:
    said = between.join(word for word in words if word)
    return f" ({said})" if said else ""
