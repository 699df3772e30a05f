from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

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
from syncd.model.exchange.markdown import inline, link, plan_to_markdown, quoted
from syncd.model.ids import EntityId
from syncd.model.values import (
    Aspect,
    ContactRole,
    GoalHorizon,
    GoalStatus,
    Moment,
    Pace,
    ResourceStatus,
    ResourceType,
    SkillCategory,
    VisionHorizon,
)

THEN = datetime(2026, 1, 5, 9, tzinfo=UTC)
BERLIN = "Europe/Berlin"
RENDER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def made(cls: type[Entity], name: str, **fields: object) -> Any:
    return cls(id=EntityId(name), created_at=THEN, **{"title": name, **fields})  # type: ignore[arg-type]  # its fields, by name


PLAN = [
    made(ProfileEntry, "See far", aspect=Aspect.VISION, horizon=VisionHorizon.FAR),
    made(ProfileEntry, "Odd"),
    made(
        Goal,
        "Lead",
        status=GoalStatus.ACTIVE,
        priority=1,
        horizon=GoalHorizon.LONG,
        due=date(2026, 12, 1),
        weekly_minutes=150,
        baseline=0.0,
        current=2.0,
        target=8.0,
        unit="talks",
        progress=0.25,
        pace=Pace.ON_TRACK,
        why="To grow",
        achievable="Slowly",
        notes="One.\n\nTwo.",
    ),
    made(Goal, "Dream", progress=0.5, smart_gaps="no due date"),
    made(Milestone, "Later", goal="Lead", due=date(2026, 11, 1)),
    made(
        Milestone, "First", goal="Lead", due=date(2026, 5, 1), done=True, done_at=Moment(THEN)
    ),
    made(Milestone, "Loose step", goal="nowhere"),
    made(
        Task,
        "Rehearse",
        goal="Lead",
        milestone="Later",
        due=Moment(datetime(2026, 7, 1, 16, tzinfo=UTC)),
        estimate_minutes=90,
        priority=2,
        recurrence="FREQ=WEEKLY",
        notes="Aloud",
    ),
    made(Task, "Find a room", parent="Rehearse", estimate_minutes=45),
    made(Task, "Ask", goal="Lead", due=date(2026, 4, 1)),
    made(Task, "Done already", goal="Lead", done=True, done_at=Moment(THEN)),
    made(Task, "Gone", goal="Lead", archived=True),
    made(Task, "Loose", goal="nowhere"),
    made(Task, "Round", parent="and round"),
    made(Task, "and round", parent="Round"),
    made(Skill, "SQL", category=SkillCategory.HARD, level=2, target_level=4),
    made(Skill, "Tact"),
    made(
        Resource,
        "A book",
        url="https://example.org/a(b)",
        cost=24.9,
        currency="EUR",
        type=ResourceType.BOOK,
        status=ResourceStatus.WANTED,
    ),
    made(
        Contact,
        "Tutor",
        role=ContactRole.MENTOR,
        email="tutor@example.org",
        cadence_days=30,
        next_contact=date(2026, 2, 1),
    ),
    made(Achievement, "Old win", date=date(2025, 1, 1)),
    made(Achievement, "New win", date=date(2026, 1, 1), impact="More room"),
]

PAGE = """\
# Career plan

## Who I am

- **Vision** (5+ years): See far
- **Note**: Odd

## Goals

### Lead

- Active, P1, long term, due 2026-12-01, 2 h 30 a week
- Progress: 2 of 8 talks (25 % of the way, on track)
- Why: To grow
- How: Slowly

> One.
>
> Two.

- [x] **First** (done 2026-01-05)
- [ ] **Later** (due 2026-11-01)
  - [ ] Rehearse (due 2026-07-01 18:00; 1 h 30; P2; repeated)

    > Aloud

    - [ ] Find a room (45 min)
- [ ] Ask (due 2026-04-01)
- [x] Done already (done 2026-01-05)

### Dream

- Planned
- Progress: 50 %
- Missing: no due date

## Not part of a goal

- [ ] **Loose step**
- [ ] Loose
- [ ] and round
  - [ ] Round

## Skills

- SQL: level 2, to reach 4 (hard)
- Tact: not assessed

## Resources

- [A book](<https://example.org/a%28b%29>) (book, wanted, 24.9 EUR)

## People

- Tutor (mentor, tutor@example.org, every 30 days, next 2026-02-01)

## Achievements

- 2026-01-01: New win. More room
- 2025-01-01: Old win
"""


def test_a_plan_is_a_page_with_goals_first_and_their_steps_below() -> None:
    assert plan_to_markdown(PLAN, BERLIN) == PAGE


def test_an_empty_plan_is_a_page_with_a_heading() -> None:
    assert plan_to_markdown([]) == "# Career plan\n"


def test_sub_tasks_of_any_depth_are_all_there() -> None:
    chain = [made(Task, f"t{i}", parent=f"t{i - 1}") for i in range(3000)]
    page = plan_to_markdown(chain)
    assert all(f"] t{i}\n" in page for i in range(3000))


def shape(text: str) -> list[str]:
    """What kinds of things a Markdown reader sees, and how they lead elsewhere."""
    seen = []
    for token in RENDER.parse(text):
        seen.append(token.type)
        children: list[Token] = token.children or []
        seen += [f"{it.type} {dict(it.attrs)}" for it in children if it.type != "text"]
    return seen


HOSTILE = [
    "# no heading",
    "a\n# no heading",
    "![x](http://evil.example/pixel.png)",
    "[x](javascript:alert(1))",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &#x27;",
    "- a list",
    "1. a number",
    "2) another",
    "> a quotation",
    "***",
    "---",
    "===",
    "_under_ *stars* **two** ~~gone~~ `code`",
    "```\nfence",
    "    code",
    "a | b\n--|--",
    "[ref]: http://evil.example",
    "<http://evil.example>",
    "a  \nhard break\\",
    "ends with #",
    "tab\there \x00 \x1b[31m \u202e reversed \u2028 new line",
    "[x] ticked",
    "\\",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_changes_nothing_of_the_page(text: str) -> None:
    def page(title: str, more: str) -> str:
        return plan_to_markdown(
            [
                made(ProfileEntry, "p", title=title, aspect=Aspect.VALUE, notes=more),
                made(Goal, "g", title=title, why=more, achievable=more, notes=more, unit=title),
                made(Milestone, "m", title=title, goal="g", notes=more),
                made(Task, "t", title=title, milestone="m", notes=more),
                made(Skill, "s", title=title, notes=more),
                made(Resource, "r", title=title, currency=title, cost=1.0, url=title),
                made(Contact, "c", title=title, email=title),
                made(Achievement, "a", title=title, impact=more, evidence_url=title),
            ]
        )

    one_line = " ".join(text.split()) or "x"
    assert shape(page(text, one_line)) == shape(page("harmless", "harmless"))


@given(st.text() | st.text(alphabet="ab \n\\`*_[]()<>#+-.!|~&=:1"))
def test_any_text_shows_as_it_is_and_does_nothing(text: str) -> None:
    seen = shape("- [ ] " + inline(text) + ".")
    assert [it for it in seen if " " in it] == []
    assert seen.count("inline") == 1
    assert "\n" not in inline(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Plain words, 3.5 h & e-mail!", "Plain words, 3.5 h \\& e-mail!"),
        ("  two\n lines ", "two lines"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
    ],
)
def test_an_ordinary_text_stays_readable(text: str, shown: str) -> None:
    assert inline(text) == shown


def test_a_text_of_several_lines_is_a_quotation() -> None:
    assert quoted("a\n\n# b\n", "  ") == ["  > a", "  >", "  > \\# b"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/x", "[t](<https://example.org/x>)"),
        ("http://example.org/a b>c", "[t](<http://example.org/a%20b%3Ec>)"),
        ("javascript:alert(1)", "t"),
        ("data:text/html,x", "t"),
        ("ftp://example.org", "t"),
        ("http://[broken", "t"),
        ("", "t"),
    ],
)
def test_only_web_addresses_are_links(url: str, shown: str) -> None:
    assert link("t", url) == shown


def test_what_is_archived_is_not_shown() -> None:
    gone = [replace(one, archived=True) for one in PLAN]
    assert plan_to_markdown(gone) == "# Career plan\n"
