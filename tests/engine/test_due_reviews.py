"""Reviews that are due: made once, kept, and posted once, whatever happens."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from syncd.clock import SystemClock
from syncd.engine.context import Context
from syncd.engine.edits import put_all, set_field
from syncd.engine.reviews import DueReviews, make_review, review_id
from syncd.mail.message import Letter, mail_addresses
from syncd.mail.service import queue_letters
from syncd.model.entities import Goal, Kind
from syncd.model.ids import EntityId, RemoteId, ToolName
from syncd.model.values import GoalStatus, ReviewKind
from syncd.review.periods import ReviewRule, read_period
from syncd.review.render.sections import ReviewPage
from syncd.store.outbox import OutboxMessage
from syncd.store.rows import Link
from syncd.store.store import private_store
from syncd.store.tool_store import ToolState
from syncd.sync.decide import Presence

WEEK = read_period(ReviewKind.WEEKLY, "2026-W47")
ZONE = "Europe/Berlin"
RULES = {
    ReviewKind.WEEKLY: ReviewRule(day=0, hour=7, minute=0),
    ReviewKind.QUARTERLY: ReviewRule(day=1, hour=7, minute=0),
    ReviewKind.ANNUAL: ReviewRule(month=1, day=2, hour=7, minute=0),
}
WITHOUT_ANNUAL: dict[ReviewKind, ReviewRule] = {
    kind: it for kind, it in RULES.items() if kind is not ReviewKind.ANNUAL
}
WHO = mail_addresses("me@example.org", ["me@example.org"], ["partner@example.org"])
GOAL = Goal(
    id=EntityId("goal"),
    title="Lead",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    status=GoalStatus.ACTIVE,
    due=date(2026, 12, 31),
)


def in_html(page: ReviewPage) -> str:
    """Stands for the template: what is posted when is what counts here."""
    return f"<h1>{page.title}</h1>"


class Watch(SystemClock):
    """Tells the time that it was set to."""

    def __init__(self) -> None:
        super().__init__()
        self.at = WEEK.start(ZONE) + timedelta(days=2)

    def now(self) -> datetime:
        return self.at


class Desk:
    """A plan that syncd knows since that Wednesday, and an outbox."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.context = Context(
            store=private_store(),
            clock=self.watch,
            rng=random.Random(7),  # noqa: S311  # ids, no secrets
            zone=ZONE,
            tools={},
        )
        put_all(self.context, [GOAL], "import")
        self.reviews = self.started()

    def started(self) -> DueReviews:
        return DueReviews(self.context, RULES, in_html)

    def put(self, letters: Iterable[Letter]) -> list[str]:
        return queue_letters(self.context.store.outbox, letters, WHO, self.watch.now())

    def turn(self) -> list[str]:
        """Do what the daemon does again and again."""
        self.reviews.make()
        return self.reviews.post(self.put)

    def waiting(self) -> list[OutboxMessage]:
        return self.context.store.outbox.all()

    def monday(self, hour: int = 7) -> None:
        self.watch.at = WEEK.end(ZONE) + timedelta(hours=hour)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.context.store.close()


def test_nothing_is_posted_before_it_is_due(desk: Desk) -> None:
    desk.monday(hour=6)
    assert desk.turn() == []


def test_on_monday_at_seven_the_digest_is_posted_to_each_audience(desk: Desk) -> None:
    desk.monday()
    assert desk.turn() == ["weekly/2026-W47/own", "weekly/2026-W47/shared"]
    assert desk.context.store.plan.get(review_id(WEEK)) is not None


def test_it_is_posted_once_however_often_and_by_whomever_it_is_looked_at(desk: Desk) -> None:
    desk.monday()
    desk.turn()
    for hours in (0, 1, 100):
        desk.watch.at += timedelta(hours=hours)
        assert desk.turn() == []
        assert DueReviews(desk.context, RULES, in_html).post(desk.put) == []
    assert len(desk.waiting()) == 2


def test_a_crash_between_making_and_reviews_loses_nothing(desk: Desk) -> None:
    desk.monday()
    desk.reviews.make()
    assert desk.started().post(desk.put) == [
        "weekly/2026-W47/own",
        "weekly/2026-W47/shared",
    ]


def test_after_a_sleep_of_weeks_one_digest_comes_and_it_tells_of_the_weeks_between(
    desk: Desk,
) -> None:
    desk.monday()
    desk.turn()
    desk.watch.at += timedelta(days=24)
    new = desk.turn()
    assert new == ["weekly/2026-W50/own", "weekly/2026-W50/shared"]
    told = desk.context.store.outbox.get(new[0])
    assert told is not None
    assert b"SINCE THE LAST REVIEW" in told.message
    assert b"Week 48: " in told.message


def test_what_is_switched_off_does_not_come(desk: Desk) -> None:
    desk.monday()
    desk.reviews = DueReviews(desk.context, {}, in_html)
    assert desk.turn() == []


def test_a_week_of_which_syncd_knew_nothing_gets_no_digest(desk: Desk) -> None:
    desk.watch.at = WEEK.start(ZONE) + timedelta(hours=8)
    assert desk.turn() == []


def test_a_review_that_was_made_by_hand_before_is_posted_as_it_was(desk: Desk) -> None:
    desk.monday(hour=1)
    before = make_review(desk.context, WEEK).facts
    set_field(desk.context, GOAL.id, "title", "Another", "command")
    desk.monday()
    desk.turn()
    assert make_review(desk.context, WEEK).facts == before


# What was done on the phone while the machine slept.


def read_at(desk: Desk, at: datetime, state: ToolState = ToolState.OK) -> None:
    tools = desk.context.store.tools
    tools.save(replace(tools.get(ToolName("notes")), state=state, last_ok=at))


@pytest.fixture
def asleep(desk: Desk) -> Desk:
    """Give a plan whose one tool was last read on Saturday; it is Monday noon."""
    desk.context.known = (ToolName("notes"),)
    desk.monday(hour=12)
    read_at(desk, desk.watch.at - timedelta(days=2))
    return desk


def test_a_review_waits_until_the_tools_were_read_since_it_is_due(asleep: Desk) -> None:
    assert asleep.turn() == []
    read_at(asleep, asleep.watch.at)
    assert len(asleep.turn()) == 2


def test_a_tool_that_does_not_answer_is_waited_for_an_hour(asleep: Desk) -> None:
    read_at(asleep, asleep.watch.at - timedelta(days=2), ToolState.BACKING_OFF)
    assert asleep.turn() == []
    asleep.watch.at += timedelta(minutes=59)
    assert asleep.turn() == []
    asleep.watch.at += timedelta(minutes=1)
    assert len(asleep.turn()) == 2


@pytest.mark.parametrize("state", [ToolState.HELD, ToolState.SIGN_IN, ToolState.DEGRADED])
def test_a_tool_that_needs_the_person_is_not_waited_for(asleep: Desk, state: ToolState) -> None:
    read_at(asleep, asleep.watch.at - timedelta(days=2), state)
    assert len(asleep.turn()) == 2


def test_a_review_that_the_person_deleted_is_neither_posted_nor_made_again(
    desk: Desk,
) -> None:
    desk.monday()
    desk.reviews.make()
    set_field(desk.context, review_id(WEEK), "archived", True, "notes")
    assert desk.turn() == []
    assert desk.reviews.make() == []


def test_without_anyone_to_write_to_the_review_is_made_all_the_same(desk: Desk) -> None:
    desk.monday()
    desk.reviews.make()
    assert desk.reviews.post(lambda letters: []) == []
    assert desk.turn() == ["weekly/2026-W47/own", "weekly/2026-W47/shared"]


def test_at_new_year_the_three_reviews_come_each_at_its_time(desk: Desk) -> None:
    keys = []
    desk.watch.at = datetime(2026, 12, 31, 12, tzinfo=UTC)
    desk.turn()
    while desk.watch.at < datetime(2027, 1, 6, tzinfo=UTC):
        desk.watch.at += timedelta(hours=1)
        keys += [f"{desk.watch.at:%d %H} {key}" for key in desk.turn() if key.endswith("own")]
    assert keys == [
        "01 06 quarterly/2026-Q4/own",
        "02 06 annual/2026/own",
        "04 06 weekly/2026-W53/own",
    ]


def test_the_digest_leads_to_the_page_that_a_tool_has_of_the_review(desk: Desk) -> None:
    desk.monday()
    desk.reviews.make()
    address = "https://notes.example.org/week-47"
    desk.context.store.links.save(
        [
            Link(
                tool=ToolName("notion"),
                entity=review_id(WEEK),
                remote=RemoteId("r"),
                kind=Kind.REVIEW,
                presence=Presence.PRESENT,
                url=address,
            )
        ]
    )
    desk.reviews.post(desk.put)
    own, shared = desk.waiting()
    assert address.encode() in own.message.replace(b"=\r\n", b"")
    assert address.encode() not in shared.message.replace(b"=\r\n", b"")


def test_a_mail_set_up_in_spring_gets_no_review_of_the_year_before(desk: Desk) -> None:
    desk.watch.at = datetime(2027, 4, 20, 12, tzinfo=UTC)
    assert [key for key in desk.turn() if key.endswith("own")] == [
        "weekly/2027-W15/own",
        "quarterly/2027-Q1/own",
    ]


def test_a_mail_set_up_later_gets_the_review_that_is_the_last(desk: Desk) -> None:
    desk.monday()
    desk.reviews.make()
    desk.watch.at += timedelta(days=3)
    assert desk.turn() == ["weekly/2026-W47/own", "weekly/2026-W47/shared"]


# What breaks one review.


def new_year(desk: Desk) -> None:
    """Let three reviews be due."""
    desk.watch.at = datetime(2027, 1, 5, 12, tzinfo=UTC)


def but_weekly(desk: Desk, letters: Iterable[Letter]) -> list[str]:
    """Put letters in the outbox; those of a week break."""
    found = list(letters)
    if found[0].kind is ReviewKind.WEEKLY:
        raise RuntimeError("of Ada")
    return desk.put(found)


def test_a_review_whose_letters_break_holds_up_no_other(desk: Desk) -> None:
    new_year(desk)
    told: list[tuple[str, Exception]] = []
    desk.reviews.make()
    posted = desk.reviews.post(partial(but_weekly, desk), lambda *it: told.append(it))
    assert [it for it in posted if it.endswith("own")] == [
        "quarterly/2026-Q4/own",
        "annual/2026/own",
    ]
    assert [(key, type(error)) for key, error in told] == [("weekly", RuntimeError)]
    assert desk.turn() == ["weekly/2026-W53/own", "weekly/2026-W53/shared"]


def test_a_review_that_breaks_by_hand_is_raised_once_the_others_are_posted(
    desk: Desk,
) -> None:
    new_year(desk)
    desk.reviews.make()
    with pytest.raises(RuntimeError):
        desk.reviews.post(partial(but_weekly, desk))
    assert len(desk.waiting()) == 4


def test_a_review_that_cannot_be_made_holds_up_no_other(desk: Desk) -> None:
    new_year(desk)
    never = ReviewRule(month=2, day=30, hour=7, minute=0)
    desk.reviews = DueReviews(
        desk.context, {ReviewKind.ANNUAL: never, **WITHOUT_ANNUAL}, in_html
    )
    told: list[str] = []
    made = desk.reviews.make(lambda kind, _: told.append(kind))
    assert [one.kind for one in made] == [ReviewKind.WEEKLY, ReviewKind.QUARTERLY]
    posted = desk.reviews.post(desk.put, lambda kind, _: told.append(kind))
    assert len(posted) == 4
    assert told == ["annual", "annual"]
