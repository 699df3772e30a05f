"""The sections that others may read too, and the one on time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from syncd.model.values import GoalStatus, Pace
from syncd.review.facts import Facts, GoalFacts, Item, Minutes, Share, TrendWeek, Win
from syncd.review.render.elements import (
    Bar,
    Bars,
    BulletList,
    Element,
    Grid,
    ListItem,
    Paragraph,
    safe,
)
from syncd.text import count, hours, percent, short_day

MOST = 10
"""How many entries of a list are shown; the rest is counted."""
_SMALL = 0.005
_MINUS = "\N{MINUS SIGN}"
_TONES: Mapping[Pace | None, str] = {
    Pace.AHEAD: "good",
    Pace.ON_TRACK: "good",
    Pace.AT_RISK: "warn",
    Pace.BEHIND: "bad",
    None: "plain",
}


def goals(facts: Facts) -> Iterator[Element]:
    """Yield for each goal a bar, its change, its pace, expected against due, and why."""
    if facts.goals:
        yield Bars(bars=tuple(_goal(goal, facts) for goal in facts.goals))
    else:
        yield Paragraph(text="No goal is active.")


def _goal(goal: GoalFacts, facts: Facts) -> Bar:
    reached = goal.status is GoalStatus.DONE
    return Bar(
        title=safe(goal.title) or "(without a title)",
        share=goal.progress,
        aside=_progress(goal),
        tag="reached" if reached else goal.pace or "",
        tone="good" if reached else _TONES[goal.pace],
        note=_note(goal, facts.last.year),
    )


def _progress(goal: GoalFacts) -> str:
    if goal.progress is None:
        return "no number yet"
    if goal.before is None:
        return f"{percent(goal.progress)}, new"
    change = goal.progress - goal.before
    if abs(change) < _SMALL:
        return f"{percent(goal.progress)}, no change"
    points = count(round(abs(change) * 100), "point")
    return f"{percent(goal.progress)}, {'+' if change > 0 else _MINUS}{points}"


def _note(goal: GoalFacts, year: int) -> str:
    sentences = []
    if goal.due is not None and goal.status is GoalStatus.ACTIVE:
        sentences.append(f"Due {short_day(goal.due, year)}{_expected(goal, goal.due, year)}")
    if goal.reason and goal.status is GoalStatus.ACTIVE:
        sentences.append(goal.reason)
    return "".join(f"{sentence}. " for sentence in sentences).strip()


def _expected(goal: GoalFacts, due: date, year: int) -> str:
    if goal.expected is None:
        return ""
    days = (goal.expected - due).days
    late = f", {_delay(days)} late" if days > 0 else ""
    return f", expected {short_day(goal.expected, year)}{late}"


def _delay(days: int) -> str:
    return count(days, "day") if days < 14 else count(days // 7, "week")


def done(facts: Facts) -> Iterator[Element]:
    """Yield what was done: milestones, wins, tasks; then milestones that were missed."""
    yield from _done(facts, [_win(win) for win in facts.wins])


def done_shared(facts: Facts) -> Iterator[Element]:
    """Yield the same without the person's own words."""
    yield from _done(facts, [safe(win.title) for win in facts.wins])


def _done(facts: Facts, wins: Sequence[str]) -> Iterator[Element]:
    year = facts.last.year
    yield from listing("Milestones", [_item(item, year) for item in facts.milestones_done])
    yield from listing("To celebrate", wins)
    yield from listing("Tasks", [_item(item, year) for item in facts.tasks_done])
    yield from listing("Not yet", [_item(item, year) for item in facts.milestones_missed])


def listing(lead: str, texts: Iterable[str]) -> Iterator[BulletList]:
    """Yield a list of texts, shortened; none at all where there are none."""
    every = list(texts)
    shown = [ListItem(text=text) for text in every[:MOST]]
    if len(every) > MOST:
        shown.append(ListItem(text=f"and {len(every) - MOST} more"))
    if shown:
        yield BulletList(lead=lead, items=tuple(shown))


def _item(item: Item, year: int) -> str:
    title = safe(item.title) or "(without a title)"
    beside = [safe(item.goal, 60)] if item.goal else []
    beside += [f"due {short_day(item.day, year)}"] if item.day else []
    return f"{title} ({', '.join(beside)})" if beside else title


def _win(win: Win) -> str:
    if win.draft:
        return f"{safe(win.title)} (a draft: what did it change, and for whom?)"
    return f"{safe(win.title)}: {safe(win.impact, 200)}"


def time(facts: Facts) -> Iterator[Element]:
    """Yield the minutes by goal and skill against plan, and those of eight weeks."""
    rows = [
        (safe(goal.title, 60), goal.minutes) for goal in facts.goals if goal.minutes.planned
    ]
    rows += _shares(facts.rest)
    if facts.minutes.assumed:
        yield Paragraph(
            text=f"{hours(facts.minutes.confirmed)} confirmed, and"
            f" {hours(facts.minutes.assumed)} assumed: nobody said otherwise."
        )
    if rows:
        yield _minutes_grid("Goal", rows)
    if facts.skills:
        yield _minutes_grid("Skill", _shares(facts.skills))
    if len(facts.trend) > 1 and any(week.minutes.planned for week in facts.trend):
        yield _trend(facts)
    if facts.streak > 1:
        yield Paragraph(text=f"{facts.streak} weeks in a row with time for learning.")


def _minutes_grid(head: str, minutes: Sequence[tuple[str, Minutes]]) -> Grid:
    rows = [
        (title, hours(spent.done), hours(spent.planned), _score(spent))
        for title, spent in minutes
    ]
    if len(rows) > 2 * MOST:
        rest = len(rows) - 2 * MOST
        rows = [*rows[: 2 * MOST], (f"and {rest} more", "", "", "")]
    return Grid(heads=(head, "Done", "Planned", "Share"), rows=tuple(rows))


def _score(minutes: Minutes) -> str:
    return "" if minutes.score is None else percent(minutes.score)


def _shares(shares: Iterable[Share]) -> list[tuple[str, Minutes]]:
    return [(safe(share.title, 60), share.minutes) for share in shares]


def _trend(facts: Facts) -> Bars:
    most = max(max(week.minutes.done, week.minutes.planned) for week in facts.trend)
    return Bars(
        small=True,
        bars=tuple(
            Bar(
                title=week.name,
                share=week.minutes.done / most if most else 0.0,
                aside=_of_week(week),
            )
            for week in facts.trend
        ),
    )


def _of_week(week: TrendWeek) -> str:
    if not week.minutes.planned:
        return "leave" if week.away else "nothing planned"
    done_of_planned = f"{hours(week.minutes.done)} of {hours(week.minutes.planned)}"
    return f"{done_of_planned}, some leave" if week.away else done_of_planned


def ahead(facts: Facts) -> Iterator[Element]:
    """Yield the blocks of the coming week, and how full it is."""
    if not facts.ahead:
        yield Paragraph(text="Nothing is planned yet.")
        return
    load = f"{count(len(facts.ahead), 'block')}, {hours(facts.ahead_minutes)}"
    most = f" of at most {hours(facts.weekly_cap)}" if facts.weekly_cap else ""
    yield Paragraph(text=f"{load}{most}.")
    rows = [
        (
            f"{short_day(block.start.date(), facts.last.year)} {block.start:%H:%M}",
            safe(block.title, 80) + (" (draft)" if block.draft else ""),
            hours(block.minutes),
        )
        for block in facts.ahead[: MOST + 2]
    ]
    yield Grid(heads=("When", "What", "Time"), rows=tuple(rows))
    if len(facts.ahead) > len(rows):
        yield Paragraph(text=f"And {len(facts.ahead) - len(rows)} more.")
