"""The brag sheet: what was achieved, by quarter, category and goal."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import Achievement, Entity, Goal, Milestone, Resource, Skill
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.rules.consequences import achievement_id
from syncd.review.achievements import AchievementFilter, achievements_markdown, sheet_entries
from tests.examples import examples

MADE = datetime(2026, 1, 5, 12, tzinfo=UTC)
LEAD = Goal(id=EntityId("g"), created_at=MADE, title="Lead a team")
SQL = Skill(id=EntityId("s"), created_at=MADE, title="SQL *and* more")


def win(one: str = "a", **fields: Any) -> Achievement:
    made: dict[str, Any] = {"title": "A win", "date": date(2026, 2, 1), **fields}
    return Achievement(id=EntityId(one), created_at=MADE, **made)


def sheet(*entities: Entity, asked: AchievementFilter = AchievementFilter()) -> str:  # noqa: B008  # frozen
    return achievements_markdown(sheet_entries(Plan.of(entities), asked))


def test_nothing_achieved_is_an_empty_sheet() -> None:
    assert sheet(LEAD) == ""


def test_wins_stand_by_quarter_category_and_goal() -> None:
    milestone = Milestone(id=EntityId("m"), created_at=MADE, goal=LEAD.id)
    book = Resource(id=EntityId("r"), created_at=MADE)
    text = sheet(
        LEAD,
        SQL,
        milestone,
        book,
        win(achievement_id(milestone.id), title="Step", goal=LEAD.id),
        win(achievement_id(book.id), title="Read", date=date(2026, 3, 31)),
        win("a", title="Own", date=date(2026, 4, 1), goal=LEAD.id),
        win("b", title="Query", date=date(2026, 4, 2), skill=SQL.id),
        win("c", title="Once", date=None),
    )
    assert [one for one in text.splitlines() if one] == [
        "# Achievements",
        "## 2026, 2nd quarter",
        "### Skills",
        "#### No goal",
        r"- 2026-04-02: **Query** (skill: SQL \*and\* more)",
        "### Other wins",
        "#### Lead a team",
        "- 2026-04-01: **Own**",
        "## 2026, 1st quarter",
        "### Milestones",
        "#### Lead a team",
        "- 2026-02-01: **Step**",
        "### Resources",
        "#### No goal",
        "- 2026-03-31: **Read**",
        "## Without a date",
        "### Other wins",
        "#### No goal",
        "- **Once**",
    ]


def test_impact_and_evidence_are_shown() -> None:
    text = sheet(win(impact="Two teams asked.", evidence_url="https://example.org/a b"))
    assert "**A win**. Two teams asked. ([evidence](<https://example.org/a%20b>))" in text


def test_evidence_that_is_no_web_address_is_no_link() -> None:
    for url in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//x", "a"):
        assert "evidence" not in sheet(win(evidence_url=url)), url


def test_what_is_archived_is_left_out() -> None:
    assert sheet(win(archived=True)) == ""


def test_a_period_has_both_its_days() -> None:
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1), None]
    every = [win(str(number), date=day) for number, day in enumerate(days)]
    asked = AchievementFilter(since=date(2026, 2, 1), until=date(2026, 2, 28))
    assert [one.achievement.id for one in sheet_entries(Plan.of(every), asked)] == ["1", "2"]
    assert len(sheet_entries(Plan.of(every), AchievementFilter())) == 5


def test_one_goal_can_be_asked_for() -> None:
    every = [LEAD, win("a", goal=LEAD.id), win("b")]
    assert [
        one.achievement.id
        for one in sheet_entries(Plan.of(every), AchievementFilter(goal=LEAD.id))
    ] == ["a"]


@examples(200)
@given(title=st.text(max_size=40), impact=st.text(max_size=40), url=st.text(max_size=40))
def test_no_text_breaks_out_of_its_line(title: str, impact: str, url: str) -> None:
    text = sheet(win(title=title, impact=impact, evidence_url=url))
    lines = [one for one in text.split("\n") if one]
    assert len(lines) == 5
    assert lines[-1].startswith("- 2026-02-01: **")
    assert len(text.splitlines()) == len(text.split("\n")) - 1
    assert "<" not in lines[-1].replace("\\<", "").replace("](<", "")
