"""Facts to be rendered: a full week, a large one, and one of hostile texts."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from syncd.model.values import GoalStatus, Pace, ReviewKind
from syncd.review.facts import (
    Ahead,
    DueContact,
    Facts,
    GoalFacts,
    Item,
    Minutes,
    Money,
    Share,
    Sign,
    SkillFacts,
    Skipped,
    TrendWeek,
    Win,
)
from syncd.review.periods import DecisionWanted, SystemAction

SOME = Minutes(confirmed=300, assumed=80, planned=480)
HOSTILE = (
    "</td></table><script>alert(1)</script><img src=x onerror=alert(2)>",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png) <a href='javascript:1'>",
    "Bcc: all@example.org\r\nSubject: mine\n\n<h1>",
    "abc\u202egnp.exe\u2066\u200f\x1b[31m\x07\x00\u2028new",
    "x" * 10_000,
    "{{ 7 * 7 }} {% raw %} ${HOME} `rm -rf` | a | b |",
    "# heading\n- [ ] item\n1. one",
)


def full(text: str = "Lead a team") -> Facts:
    """Return facts with something in every field; every text is ``text``."""
    first = date(2026, 11, 16)
    goal = GoalFacts(
        title=text,
        status=GoalStatus.ACTIVE,
        progress=0.45,
        before=0.2,
        pace=Pace.AT_RISK,
        due=date(2026, 12, 31),
        expected=date(2027, 1, 20),
        reason="45 % done with 89 % of its time gone",
        minutes=SOME,
        budget=180,
    )
    item = Item(title=text, day=first, goal=text)
    return Facts(
        kind=ReviewKind.WEEKLY,
        first=first,
        last=first + timedelta(days=6),
        until=first + timedelta(days=6),
        ended=True,
        minutes=SOME,
        goals=(goal,),
        rest=(Share(title=text, minutes=SOME),),
        skills=(Share(title=text, minutes=SOME),),
        trend=tuple(
            TrendWeek(name=f"W{number}", first=first, minutes=SOME) for number in range(40, 48)
        ),
        streak=3,
        decisions=(DecisionWanted(what="short", sentence=text, command="syncd schedule"),),
        milestones_done=(item,),
        milestones_missed=(item,),
        tasks_done=(item,),
        wins=(Win(title=text, day=first, impact=text),),
        ahead=(Ahead(title=text, start=datetime(2026, 11, 24, 18), minutes=90, goal=text),),  # noqa: DTZ001  # a wall clock's time
        weekly_cap=480,
        people=(DueContact(name=text, due=first, role="mentor", last=first),),
        money=(Money(currency=text, spent=30.0, planned=99.5),),
        signs=(Sign(what="late", sentence=text),),
        system_actions=(SystemAction(what="moved", sentence=text),),
        levels=(SkillFacts(title=text, before=1, level=3, target=4),),
        setbacks=(text,),
        beliefs=(text,),
        words=((text, text),),
        plan_gaps=(text,) * 5,
        skipped=(
            Skipped(
                name="Week 45", minutes=Minutes(confirmed=60, planned=90), milestones=(text,)
            ),
            Skipped(name="Week 46", minutes=Minutes(), away=True),
        ),
    )


def large() -> Facts:
    """Return the facts of a plan of 20 goals and 300 tasks."""
    told = full("A title as long as most people write them")
    many: dict[str, Any] = {"goals": 20, "tasks_done": 300, "ahead": 40, "decisions": 30}
    many |= {
        "system_actions": 40,
        "milestones_done": 40,
        "wins": 30,
        "skills": 30,
        "people": 30,
    }
    return replace(
        told, **{name: getattr(told, name) * number for name, number in many.items()}
    )


@pytest.fixture
def week() -> Facts:
    return full()


@pytest.fixture
def much() -> Facts:
    return large()


@pytest.fixture(params=range(len(HOSTILE)), ids=lambda it: HOSTILE[it][:12].strip())
def hostile(request: pytest.FixtureRequest) -> Facts:
    return full(HOSTILE[request.param])


@pytest.fixture
def quarter() -> Facts:
    told = full()
    assert all(getattr(told, one.name) not in ((), None) for one in fields(told))
    return replace(
        told, kind=ReviewKind.QUARTERLY, first=date(2026, 10, 1), last=date(2026, 12, 31)
    )


@pytest.fixture(params=["week", "much", "quarter", *range(len(HOSTILE))], ids=str)
def told(request: pytest.FixtureRequest) -> Facts:
    """One after the other, all of these facts."""
    if isinstance(request.param, int):
        return full(HOSTILE[request.param])
    facts = request.getfixturevalue(request.param)
    assert isinstance(facts, Facts)
    return facts
