"""The sections that others may read too, and the one on time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from syncd.model.values import GoalStatus, Pace
from syncd.review.facts import Facts, GoalFacts, Item, Minutes, Share, TrendWeek, Win
from syncd.review.render.parts import (
    Bar,
    Bars,
    BulletList,
    Element,
    Grid,
    ListItem,
    Paragraph,
    safe,
)
from syncd.review.words import count, day, hours, percent

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
    """Tell of each goal: a bar, its change, its pace, expected against due, and why."""
    if facts.goals:
        yield Bars(bars=tuple(_goal(one, facts) for one in facts.goals))
    else:
        yield Paragraph(text="No goal is active.")


def _goal(one: GoalFacts, facts: Facts) -> Bar:
    reached = one.status is GoalStatus.DONE
    return Bar(
        title=safe(one.title) or "(without a title)",
        share=one.progress,
        aside=_progress(one),
        tag="reached" if reached else one.pace or "",
        tone="good" if reached else _TONES[one.pace],
        note=_note(one, facts.last.year),
    )


def _progress(one: GoalFacts) -> str:
    if one.progress is None:
        return "no number yet"
    if one.before is None:
        return f"{percent(one.progress)}, new"
    change = one.progress - one.before
    if abs(change) < _SMALL:
        return f"{percent(one.progress)}, no change"
    return f"{percent(one.progress)}, {'+' if change > 0 else _MINUS}{_points(change)}"


def _points(change: float) -> str:
    return count(round(abs(change) * 100), "point")


def _note(one: GoalFacts, year: int) -> str:
    said = []
    if one.due is not None and one.status is GoalStatus.ACTIVE:
        said.append(f"Due {day(one.due, year)}{_expected(one, one.due, year)}")
    if one.reason and one.status is GoalStatus.ACTIVE:
        said.append(one.reason)
    return "".join(f"{it}. " for it in said).strip()


def _expected(one: GoalFacts, due: date, year: int) -> str:
    if one.expected is None:
        return ""
    days = (one.expected - due).days
    late = f", {_span(days)} late" if days > 0 else ""
    return f", expected {day(one.expected, year)}{late}"


def _span(days: int) -> str:
    return count(days, "day") if days < 14 else count(days // 7, "week")


def done(facts: Facts) -> Iterator[Element]:
    """Tell what was done: milestones, wins, tasks; then milestones that were missed."""
    yield from _done(facts, [_win(one) for one in facts.wins])


def done_shared(facts: Facts) -> Iterator[Element]:
    """Tell the same without the person's own words."""
    yield from _done(facts, [safe(one.title) for one in facts.wins])


def _done(facts: Facts, wins: Sequence[str]) -> Iterator[Element]:
    year = facts.last.year
    yield from listing("Milestones", [_item(one, year) for one in facts.milestones_done])
    yield from listing("To celebrate", wins)
    yield from listing("Tasks", [_item(one, year) for one in facts.tasks_done])
    yield from listing("Not yet", [_item(one, year) for one in facts.milestones_missed])


def listing(lead: str, texts: Iterable[str]) -> Iterator[BulletList]:
    """Return a list of texts, shortened; none at all where there are none."""
    every = list(texts)
    shown = [ListItem(text=it) for it in every[:MOST]]
    if len(every) > MOST:
        shown.append(ListItem(text=f"and {len(every) - MOST} more"))
    if shown:
        yield BulletList(lead=lead, lines=tuple(shown))


def _item(one: Item, year: int) -> str:
    said = safe(one.title) or "(without a title)"
    beside = [safe(one.goal, 60)] if one.goal else []
    beside += [f"due {day(one.day, year)}"] if one.day else []
    return f"{said} ({', '.join(beside)})" if beside else said


def _win(one: Win) -> str:
    if one.draft:
        return f"{safe(one.title)} (a draft: what did it change, and for whom?)"
    return f"{safe(one.title)}: {safe(one.impact, 200)}"


def time(facts: Facts) -> Iterator[Element]:
    """Tell the minutes by goal and skill against plan, and those of eight weeks."""
    rows = [(safe(one.title, 60), one.minutes) for one in facts.goals if one.minutes.planned]
    rows += _shares(facts.rest)
    if facts.minutes.assumed:
        yield Paragraph(
            text=f"{hours(facts.minutes.confirmed)} confirmed, and"
            f" {hours(facts.minutes.assumed)} assumed: nobody said otherwise."
        )
    if rows:
        yield _grid("Goal", rows)
    if facts.skills:
        yield _grid("Skill", _shares(facts.skills))
    if len(facts.trend) > 1 and any(one.minutes.planned for one in facts.trend):
        yield _trend(facts)
    if facts.streak > 1:
        yield Paragraph(text=f"{facts.streak} weeks in a row with time for learning.")


def _grid(head: str, found: Sequence[tuple[str, Minutes]]) -> Grid:
    rows = [(title, hours(it.done), hours(it.planned), _score(it)) for title, it in found]
    if len(rows) > 2 * MOST:
        rest = len(rows) - 2 * MOST
        rows = [*rows[: 2 * MOST], (f"and {rest} more", "", "", "")]
    return Grid(heads=(head, "Done", "Planned", "Share"), rows=tuple(rows))


def _score(minutes: Minutes) -> str:
    return "" if minutes.score is None else percent(minutes.score)


def _trend(facts: Facts) -> Bars:
    most = max(max(one.minutes.done, one.minutes.planned) for one in facts.trend)
    return Bars(
        small=True,
        bars=tuple(
            Bar(
                title=one.name,
                share=one.minutes.done / most if most else 0.0,
                aside=_of_week(one),
            )
            for one in facts.trend
        ),
    )


def _of_week(one: TrendWeek) -> str:
    if not one.minutes.planned:
        return "leave" if one.away else "nothing planned"
    said = f"{hours(one.minutes.done)} of {hours(one.minutes.planned)}"
    return f"{said}, some leave" if one.away else said


def ahead(facts: Facts) -> Iterator[Element]:
    """Tell the blocks of the coming week, and how full it is."""
    if not facts.ahead:
        yield Paragraph(text="Nothing is planned yet.")
        return
    load = f"{count(len(facts.ahead), 'block')}, {hours(facts.ahead_minutes)}"
    most = f" of at most {hours(facts.weekly_cap)}" if facts.weekly_cap else ""
    yield Paragraph(text=f"{load}{most}.")
    rows = [
        (
            f"{day(one.start.date(), facts.last.year)} {one.start:%H:%M}",
            safe(one.title, 80) + (" (draft)" if one.draft else ""),
            hours(one.minutes),
        )
        for one in facts.ahead[: MOST + 2]
    ]
    yield Grid(heads=("When", "What", "Time"), rows=tuple(rows))
    if len(facts.ahead) > len(rows):
        yield Paragraph(text=f"And {len(facts.ahead) - len(rows)} more.")


def _shares(found: Iterable[Share]) -> list[tuple[str, Minutes]]:
    return [(safe(one.title, 60), one.minutes) for one in found]
