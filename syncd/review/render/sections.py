"""The sections of a review, and the elements that they are made of."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from syncd.model.values import GoalStatus, Pace
from syncd.review.facts import Facts, GoalFacts, Item, Minutes, Share, TrendWeek, Win
from syncd.text import count, duration, percent, short_day

LONGEST = 120
"""Characters of a title."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]{1,500}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One thing with a share from 0 to 1; tone: good, warn, bad or plain."""

    title: str
    share: float | None
    aside: str = ""
    note: str = ""
    tag: str = ""
    tone: str = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Several things with a share each; small: a line is enough for each."""

    bars: tuple[Bar, ...]
    small: bool = False
    kind: str = "bars"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table; the first column is text, the others are short."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = "grid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItem:
    """One entry of a list, and the command that goes with it."""

    text: str
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletList:
    """A list; lead: what it is a list of, "" where the heading says it."""

    items: tuple[ListItem, ...]
    lead: str = ""
    kind: str = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Sentences."""

    text: str
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What the person wrote, under what they were asked; a paragraph each."""

    lead: str
    texts: tuple[str, ...]
    kind: str = "quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A place to go to; url: an address of http or https."""

    words: str
    url: str
    kind: str = "link"


Element = Bars | Grid | BulletList | Paragraph | Quote | PageLink
"""``kind`` names the macro of the template that writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSection:
    """A heading and what stands under it."""

    title: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """A whole review. span: its days in words. glance: what waits, and what comes next."""

    title: str
    span: str
    summary: str
    glance: str
    sections: tuple[ReviewSection, ...]


def safe(text: str, longest: int = LONGEST) -> str:
    """Return a text on one line, without what is not seen, cut to ``longest``."""
    words = " ".join(_UNSEEN.sub(" ", text[: longest * 20]).split())
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"


def page_link(words: str, url: str) -> tuple[PageLink, ...]:
    """Return a link, or nothing where the address is not one of http or https."""
    good = _ADDRESS.fullmatch(url) and not _UNSEEN.search(url)
    return (PageLink(words=words, url=url),) if good else ()


def paragraphs(text: str, longest: int = 1500) -> tuple[str, ...]:
    """Return the lines that a person wrote, each safe; together at most ``longest``."""
    shown, left = [], longest
    for line in text.splitlines():
        paragraph = safe(line, left) if left > 1 else ""
        if paragraph:
            shown.append(paragraph)
            left -= len(paragraph)
    return tuple(shown)


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
            text=f"{duration(facts.minutes.confirmed)} confirmed, and"
            f" {duration(facts.minutes.assumed)} assumed: nobody said otherwise."
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
        (title, duration(spent.done), duration(spent.planned), _score(spent))
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
    done_of_planned = f"{duration(week.minutes.done)} of {duration(week.minutes.planned)}"
    return f"{done_of_planned}, some leave" if week.away else done_of_planned


def ahead(facts: Facts) -> Iterator[Element]:
    """Yield the blocks of the coming week, and how full it is."""
    if not facts.ahead:
        yield Paragraph(text="Nothing is planned yet.")
        return
    load = f"{count(len(facts.ahead), 'block')}, {duration(facts.ahead_minutes)}"
    most = f" of at most {duration(facts.weekly_cap)}" if facts.weekly_cap else ""
    yield Paragraph(text=f"{load}{most}.")
    rows = [
        (
            f"{short_day(block.start.date(), facts.last.year)} {block.start:%H:%M}",
            safe(block.title, 80) + (" (draft)" if block.draft else ""),
            duration(block.minutes),
        )
        for block in facts.ahead[: MOST + 2]
    ]
    yield Grid(heads=("When", "What", "Time"), rows=tuple(rows))
    if len(facts.ahead) > len(rows):
        yield Paragraph(text=f"And {len(facts.ahead) - len(rows)} more.")
