"""The facts of a period."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from syncd.model.entities import Achievement, Contact, Milestone, ProfileEntry, Resource, Skill
from syncd.model.ids import EntityId
from syncd.model.values import Aspect, BlockState, GoalStatus, Moment, Pace, ResourceStatus
from syncd.review.facts import Minutes, facts_from, facts_json, facts_text
from syncd.review.make_facts import make_facts
from syncd.review.periods import SystemAction
from tests.review.facts.conftest import Story

LONG_AGO = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _id(text: str) -> EntityId:
    return EntityId(text)


# Minutes.


def test_minutes_are_told_apart_as_confirmed_and_assumed(story: Story) -> None:
    story.block("2026-11-16", 90)
    assumed = story.block("2026-11-17", 30)
    story.assumed.add(assumed.id)
    story.block("2026-11-18", 60, state=BlockState.MISSED)
    story.block("2026-11-19", 60, state=BlockState.SKIPPED)
    story.block("2026-11-23", 60)
    assert make_facts(story.inputs()).minutes == Minutes(confirmed=90, assumed=30, planned=180)


def test_a_block_late_on_sunday_belongs_to_the_week_in_the_plans_zone(story: Story) -> None:
    story.block("2026-11-22", 60, clock="23:30")
    assert make_facts(story.inputs("2026-W47")).minutes.done == 60
    assert make_facts(story.inputs("2026-W48")).minutes.done == 0


def test_a_block_over_the_hour_that_is_left_out_in_spring_has_its_real_length(
    story: Story,
) -> None:
    story.block("2026-03-29", 60, clock="01:30")
    assert make_facts(story.inputs("2026-W13")).minutes.done == 60


def test_nobody_is_behind_on_a_monday(story: Story) -> None:
    goal = story.goal(weekly_minutes=210, due=date(2027, 1, 1))
    story.block("2026-11-16", 60, goal=goal.id)
    for day in ("2026-11-17", "2026-11-18", "2026-11-20"):
        story.block(day, 60, goal=goal.id, state=BlockState.PUBLISHED)
    told = make_facts(story.inputs(now=story.at("2026-11-16", "21:00")))
    assert not told.ended
    assert told.minutes == Minutes(confirmed=60, planned=60)
    assert told.goals[0].budget == 30


def test_minutes_are_told_by_goal_and_skill_and_without_either(story: Story) -> None:
    goal, skill = story.goal(), story.add(Skill(id=_id("s"), title="SQL", created_at=LONG_AGO))
    task = story.task("Read", goal=goal.id, skill=skill.id)
    story.block("2026-11-16", 60, task=task.id)
    story.block("2026-11-17", 45)
    told = make_facts(story.inputs())
    assert told.goals[0].minutes.done == 60
    assert [(one.title, one.minutes.done) for one in told.rest] == [("No goal", 45)]
    assert [(one.title, one.minutes.done) for one in told.skills] == [("SQL", 60)]


def test_minutes_of_a_goal_that_was_let_go_are_told_beside_its_namesake(story: Story) -> None:
    story.goal()
    gone = replace(story.goal("Old"), title="Lead a team", status=GoalStatus.DROPPED)
    story.add(gone)
    story.block("2026-11-16", 60, goal=gone.id)
    assert [one.minutes.done for one in make_facts(story.inputs()).rest] == [60]


def test_a_block_that_waits_for_a_word_is_a_decision(story: Story) -> None:
    story.block("2026-11-16", state=BlockState.UNCONFIRMED)
    (wanted,) = make_facts(story.inputs()).decisions
    assert wanted.what == "unconfirmed"
    assert wanted.sentence == "'Read', Mon 16 Nov: did it take place?"
    assert wanted.command == "syncd done block 0"


def test_of_many_blocks_that_wait_the_number_is_told(story: Story) -> None:
    for day in range(16, 20):
        story.block(f"2026-11-{day}", state=BlockState.UNCONFIRMED)
    (wanted,) = make_facts(story.inputs()).decisions
    assert wanted.sentence == "4 blocks wait for a word: did they take place?"


def test_weeks_before_anything_was_known_are_not_in_the_trend(story: Story) -> None:
    story.made(story.at("2026-11-05"), story.task("Read"))
    story.block("2026-11-17")
    assert [one.name for one in make_facts(story.inputs()).trend] == ["W45", "W46", "W47"]


def test_what_came_into_the_plan_and_was_done_in_one_week_is_told(story: Story) -> None:
    goal = story.goal(baseline=0.0, target=100.0, current=20.0)
    story.made(story.at("2026-11-16"), goal)
    story.happened(story.at("2026-11-18"), goal, current=40.0)
    step = Milestone(id=_id("m"), title="First", created_at=LONG_AGO, goal=goal.id)
    story.made(story.at("2026-11-16"), step)
    story.happened(story.at("2026-11-18"), step, done=True)
    told = make_facts(story.inputs())
    assert [one.title for one in told.milestones_done] == ["First"]
    assert (told.goals[0].before, told.goals[0].progress) == (0.2, 0.4)


def test_what_came_into_the_plan_as_done_was_not_done_that_week(story: Story) -> None:
    goal = story.goal(status=GoalStatus.DONE)
    story.made(story.at("2026-11-16"), goal)
    step = Milestone(id=_id("m"), title="First", created_at=LONG_AGO, goal=goal.id, done=True)
    story.made(story.at("2026-11-16"), step)
    told = make_facts(story.inputs())
    assert (told.milestones_done, told.goals) == ((), ())


def test_a_goal_that_came_and_stands_as_it_came_is_new(story: Story) -> None:
    story.made(story.at("2026-11-16"), story.goal(baseline=0.0, target=100.0, current=20.0))
    assert make_facts(story.inputs()).goals[0].before is None


# Goals.


def test_progress_is_told_with_its_change_since_the_period_began(story: Story) -> None:
    goal = story.goal(baseline=0.0, target=100.0, current=20.0, due=date(2027, 1, 1))
    story.happened(story.at("2026-11-18"), goal, current=40.0)
    story.happened(story.at("2026-11-24"), goal, current=90.0)
    (told,) = make_facts(story.inputs(now=story.at("2026-11-25"))).goals
    assert (told.before, told.progress) == (0.2, 0.4)


def test_the_expected_date_follows_from_eight_weeks(story: Story) -> None:
    goal = story.goal(baseline=0.0, target=100.0, current=20.0, due=date(2026, 12, 31))
    story.happened(story.at("2026-11-01"), goal, current=60.0)
    (told,) = make_facts(story.inputs()).goals
    assert told.expected == date(2026, 11, 22) + timedelta(days=56)


def test_nothing_is_expected_of_a_goal_that_does_not_move(story: Story) -> None:
    story.goal(baseline=0.0, target=100.0, current=20.0, due=date(2026, 12, 31))
    assert make_facts(story.inputs()).goals[0].expected is None


def test_a_goal_without_numbers_goes_by_its_tasks(story: Story) -> None:
    goal = story.goal(due=date(2026, 12, 31))
    one = story.task("One", goal=goal.id)
    story.task("Two", goal=goal.id)
    story.happened(story.at("2026-11-18"), one, done=True)
    (told,) = make_facts(story.inputs()).goals
    assert (told.before, told.progress) == (0.0, 0.5)


def test_a_goal_that_nothing_measures_says_so(story: Story) -> None:
    story.goal(due=date(2026, 12, 31))
    (told,) = make_facts(story.inputs()).goals
    assert told.progress is None
    assert told.pace is None
    assert "Nothing measures it" in told.reason


def test_a_goal_behind_says_why(story: Story) -> None:
    goal = story.goal(baseline=0.0, target=10.0, current=1.0, due=date(2026, 12, 31))
    story.block("2026-11-17", goal=goal.id, state=BlockState.MISSED)
    (told,) = make_facts(story.inputs()).goals
    assert told.pace is Pace.BEHIND
    assert told.reason == "10 % done with 89 % of its time gone; 1 block did not take place"


def test_a_goal_reached_in_the_period_is_told_once(story: Story) -> None:
    goal = story.goal()
    story.happened(story.at("2026-11-18"), goal, status=GoalStatus.DONE)
    assert [one.reason for one in make_facts(story.inputs()).goals] == ["Reached"]
    assert make_facts(story.inputs("2026-W48")).goals == ()


# What was done, and what comes.


def test_milestones_are_done_or_missed(story: Story) -> None:
    goal = story.goal()
    reached = story.add(
        Milestone(id=_id("m1"), title="First", created_at=LONG_AGO, goal=goal.id)
    )
    story.happened(story.at("2026-11-18"), reached, done=True)
    story.add(
        Milestone(id=_id("m2"), title="Second", created_at=LONG_AGO, due=date(2026, 11, 20))
    )
    told = make_facts(story.inputs())
    assert [(one.title, one.goal) for one in told.milestones_done] == [("First", "Lead a team")]
    assert [one.title for one in told.milestones_missed] == ["Second"]


def test_a_task_ticked_in_the_period_is_told_and_an_older_one_is_not(story: Story) -> None:
    story.task("Old", done=True)
    story.happened(story.at("2026-11-18"), story.task("New"), done=True)
    story.happened(story.at("2026-11-10"), story.task("Before"), done=True)
    assert [one.title for one in make_facts(story.inputs()).tasks_done] == ["New"]


def test_achievements_of_the_period_are_wins(story: Story) -> None:
    for number, day in enumerate((date(2026, 11, 18), date(2026, 11, 10))):
        one = Achievement(id=_id(f"a{number}"), title=f"{day}", created_at=LONG_AGO, date=day)
        story.add(one)
    (win,) = make_facts(story.inputs()).wins
    assert win.draft


def test_the_coming_week_has_its_blocks(story: Story) -> None:
    story.block("2026-11-24", 90, state=BlockState.PINNED)
    story.block("2026-11-30", 90, state=BlockState.DRAFT)
    told = make_facts(story.inputs())
    assert [one.start.isoformat() for one in told.ahead] == ["2026-11-24T18:00:00"]
    assert told.ahead_minutes == 90


def test_people_whose_time_has_come_are_named(story: Story) -> None:
    for name, days in (("Ada", 7), ("Ben", 300)):
        one = Contact(id=_id(name), title=name, created_at=LONG_AGO, cadence_days=days)
        story.add(replace(one, last_contact=date(2026, 11, 15)))
    assert [one.name for one in make_facts(story.inputs()).people] == ["Ada"]


def test_money_counts_when_a_resource_is_begun(story: Story) -> None:
    book = story.add(
        Resource(id=_id("r1"), title="Book", created_at=LONG_AGO, cost=30.0, currency="EUR")
    )
    story.happened(story.at("2026-11-18"), book, status=ResourceStatus.IN_PROGRESS)
    wanted = Resource(id=_id("r2"), title="Course", created_at=LONG_AGO, cost=99.5)
    story.add(replace(wanted, currency="EUR", status=ResourceStatus.WANTED))
    (told,) = make_facts(story.inputs()).money
    assert (told.spent, told.planned) == (30.0, 99.5)


def test_a_resource_that_was_begun_earlier_is_not_paid_twice(story: Story) -> None:
    book = Resource(id=_id("r"), title="Book", created_at=LONG_AGO, cost=30.0)
    story.add(replace(book, status=ResourceStatus.IN_PROGRESS))
    story.happened(story.at("2026-11-18"), book, status=ResourceStatus.FINISHED)
    assert make_facts(story.inputs()).money == ()


def test_what_the_plan_met_as_begun_was_not_bought_in_that_week(story: Story) -> None:
    met = Resource(id=_id("r"), title="Book", created_at=LONG_AGO, cost=30.0, currency="EUR")
    story.made(story.at("2026-11-18"), replace(met, status=ResourceStatus.IN_PROGRESS))
    assert make_facts(story.inputs()).money == ()
    fresh = replace(met, id=_id("r2"), created_at=story.at("2026-11-18"))
    story.made(story.at("2026-11-18"), replace(fresh, status=ResourceStatus.FINISHED))
    assert make_facts(story.inputs()).money[0].spent == 30.0


# Weeks.


def test_a_first_week_without_anything_is_told_without_fault(story: Story) -> None:
    told = make_facts(story.inputs())
    assert (told.minutes, told.goals, told.decisions, told.ahead) == (Minutes(), (), (), ())
    assert told.streak == 0
    assert facts_from(facts_text(told)) == told


def test_a_streak_survives_leave_and_a_week_that_still_runs(story: Story) -> None:
    for day in ("2026-10-20", "2026-10-27", "2026-11-10"):
        story.block(day)
    leave = ((date(2026, 11, 2), date(2026, 11, 8)),)
    running = replace(story.inputs(now=story.at("2026-11-17")), pauses=leave)
    assert make_facts(running).streak == 3
    assert make_facts(replace(running, pauses=())).streak == 1
    ended = replace(story.inputs(), pauses=leave)
    assert make_facts(ended).streak == 0


def test_a_week_of_leave_is_told(story: Story) -> None:
    leave = ((date(2026, 11, 14), date(2026, 11, 30)),)
    told = make_facts(replace(story.inputs(), pauses=leave))
    assert told.away_days == 7
    assert told.trend[-1].away


def test_the_trend_is_eight_weeks_across_a_year_with_week_53(story: Story) -> None:
    story.block("2027-01-02")
    told = make_facts(story.inputs("2027-W02"))
    assert [one.name for one in told.trend][-3:] == ["W53", "W01", "W02"]
    assert [one.minutes.done for one in told.trend][-3:] == [60, 0, 0]


def test_a_first_week_without_any_data_has_facts(story: Story) -> None:
    told = make_facts(story.inputs())
    assert told.minutes == Minutes()
    assert told.streak == 0
    assert (told.goals, told.signs, told.system_actions) == ((), (), ())


# Well-being.


def test_three_weeks_with_far_more_planned_than_done_get_a_word(story: Story) -> None:
    for day in ("2026-11-03", "2026-11-10", "2026-11-17"):
        story.block(day, 30)
        story.block(day, 120, clock="20:00", state=BlockState.MISSED)
    assert [one.what for one in make_facts(story.inputs()).signs] == ["too much planned"]


def test_late_evenings_get_a_word(story: Story) -> None:
    for day in ("2026-11-17", "2026-11-18"):
        story.block(day, 60, clock="21:30")
    assert [one.what for one in make_facts(story.inputs()).signs] == ["late evenings"]


def test_a_week_without_a_day_of_rest_gets_a_word(story: Story) -> None:
    for day in range(16, 23):
        story.block(f"2026-11-{day}")
    assert [one.what for one in make_facts(story.inputs()).signs] == ["no day of rest"]


# What syncd did.


def test_what_syncd_moved_is_told_with_its_reason(story: Story) -> None:
    block = story.block("2026-11-20", state=BlockState.PUBLISHED)
    new = Moment(story.at("2026-11-19"))
    story.happened(story.at("2026-11-17"), block, by="syncd (a meeting came)", start=new)
    mine = story.block("2026-11-21", state=BlockState.PUBLISHED)
    story.happened(story.at("2026-11-17"), mine, by="google", start=new)
    (deed,) = make_facts(story.inputs()).system_actions
    assert deed.sentence == (
        "'Read' moved from Fri 20 Nov 18:00 to Thu 19 Nov 18:00: a meeting came."
    )


# Larger looks.


def test_a_quarter_tells_levels_setbacks_and_values(story: Story) -> None:
    skill = story.add(
        Skill(id=_id("s"), title="SQL", created_at=LONG_AGO, level=1, target_level=4)
    )
    story.happened(story.at("2026-11-18"), skill, level=3)
    goal = story.goal("Write a book")
    story.happened(story.at("2026-11-18"), goal, status=GoalStatus.DROPPED)
    story.add(ProfileEntry(id=_id("v"), title="Care", created_at=LONG_AGO, aspect=Aspect.VALUE))
    told = make_facts(story.inputs("2026-Q4"))
    assert [(one.before, one.level, one.target) for one in told.levels] == [(1, 3, 4)]
    assert told.setbacks == ("Goal dropped: Write a book",)
    assert told.beliefs == ("Care",)


# As JSON.


def test_facts_come_back_from_json_as_they_were(story: Story) -> None:
    test_a_quarter_tells_levels_setbacks_and_values(story)
    story.block("2026-11-16", 90)
    story.block("2027-01-02", 90, state=BlockState.PINNED)
    told = replace(make_facts(story.inputs("2026-Q4")), words=(("What went well?", "All."),))
    assert facts_from(facts_text(told)) == told


def test_facts_of_another_version_are_read_as_far_as_known(story: Story) -> None:
    told = make_facts(story.inputs())
    raw = facts_json(told) | {"moons": 3}
    raw.pop("streak")
    assert facts_from(json.dumps(raw)) == told


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "daily"}', '{"goals": 3}'])
def test_what_are_no_facts_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        facts_from(text)


def test_facts_are_kept_by_the_names_that_they_had_in_the_first_version(story: Story) -> None:
    facts = replace(
        make_facts(story.inputs()),
        system_actions=(SystemAction(what="moved", sentence="'Read' moved."),),
        plan_gaps=("Goal 'Lead a team' has no due date: set Due.",),
    )
    kept = facts_json(facts)
    assert kept["deeds"] == [{"what": "moved", "sentence": "'Read' moved."}]
    assert kept["lacks"] == ["Goal 'Lead a team' has no due date: set Due."]
    assert not {"system_actions", "plan_gaps"} & kept.keys()
    assert facts_from(json.dumps(kept)) == facts
