"""Waiting and trying again: never too long, never what may have been done."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.connect.policy import Patience, Policy
from syncd.connect.testing.clock import START, FakeClock
from syncd.errors import Changed, Gone, SignIn, SkipItem, StartOver, TryLater, Unclear


class Service:
    """Answers with these errors in turn, then with ``done``; counts what it was asked."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # jitter, the same each time


def policy_of(clock: FakeClock, **patience: float) -> Policy:
    return Policy(clock, seeded(1), Patience(**patience))  # type: ignore[arg-type]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def busy(seconds: float | None = None) -> TryLater:
    return TryLater("Busy: trying again later.", seconds)


def unclear() -> Unclear:
    return Unclear("The reply was lost: looking before writing again.")


def test_what_works_is_asked_once_and_without_a_pause(clock: FakeClock) -> None:
    policy, service = policy_of(clock), Service()
    assert policy.call(service, repeatable=False) == "done"
    assert (service.asked, policy.requests, clock.slept) == (1, 1, [])


@pytest.mark.parametrize("repeatable", [True, False])
def test_what_was_not_done_is_tried_again(clock: FakeClock, *, repeatable: bool) -> None:
    policy, service = policy_of(clock), Service(busy(), busy())
    assert policy.call(service, repeatable=repeatable) == "done"
    assert (service.asked, policy.requests, len(clock.slept)) == (3, 3, 2)


def test_a_service_that_says_how_long_is_given_exactly_that(clock: FakeClock) -> None:
    policy_of(clock).call(Service(busy(7), busy(0), busy(2.5)), repeatable=False)
    assert clock.slept == [7, 0, 2.5]


def test_pauses_grow_and_are_not_the_same_for_all(clock: FakeClock) -> None:
    policy_of(clock, attempts=6).call(Service(*[busy()] * 5), repeatable=False)
    first = [0.5 * 2**number for number in range(5)]
    for pause, middle in zip(clock.slept, first, strict=True):
        assert 0.5 * middle <= pause <= 1.5 * middle
    other = FakeClock()
    Policy(other, seeded(2), Patience(attempts=6)).call(
        Service(*[busy()] * 5), repeatable=False
    )
    assert other.slept != clock.slept


def test_after_so_many_attempts_the_last_error_is_told(clock: FakeClock) -> None:
    errors = [TryLater(f"Busy, the {number}th time.") for number in range(9)]
    service = Service(*errors)
    with pytest.raises(TryLater, match="the 3th time"):
        policy_of(clock, attempts=4).call(service, repeatable=True)
    assert service.asked == 4


def test_a_wait_that_is_too_long_is_not_begun(clock: FakeClock) -> None:
    service = Service(busy(61))
    with pytest.raises(TryLater) as refused:
        policy_of(clock, longest_wait=60).call(service, repeatable=True)
    assert refused.value.seconds == 61
    assert (service.asked, clock.slept) == (1, [])


def test_the_longest_wait_is_still_waited(clock: FakeClock) -> None:
    assert policy_of(clock, longest_wait=60).call(Service(busy(60)), repeatable=True) == "done"


def test_a_cycle_waits_no_longer_than_its_budget(clock: FakeClock) -> None:
    policy = policy_of(clock, budget=100)
    for _ in range(2):
        policy.call(Service(busy(50)), repeatable=True)
    spent = Service(busy(1))
    with pytest.raises(TryLater):
        policy.call(spent, repeatable=True)
    assert (spent.asked, clock.slept) == (1, [50, 50])


def test_the_next_cycle_has_a_new_budget_and_counts_anew(clock: FakeClock) -> None:
    policy = policy_of(clock, budget=50)
    policy.call(Service(busy(50)), repeatable=True)
    policy.renew()
    assert policy.requests == 0
    assert policy.call(Service(busy(50)), repeatable=True) == "done"
    assert policy.requests == 2


def test_a_write_of_unknown_outcome_is_never_sent_again(clock: FakeClock) -> None:
    service = Service(unclear())
    with pytest.raises(Unclear):
        policy_of(clock).call(service, repeatable=False)
    assert (service.asked, clock.slept) == (1, [])


def test_a_write_that_was_refused_and_then_unclear_is_not_sent_again(clock: FakeClock) -> None:
    service = Service(busy(), unclear())
    with pytest.raises(Unclear):
        policy_of(clock).call(service, repeatable=False)
    assert service.asked == 2


def test_what_its_key_makes_safe_is_sent_again(clock: FakeClock) -> None:
    service = Service(unclear(), busy(3), unclear())
    assert policy_of(clock).call(service, repeatable=True) == "done"
    assert service.asked == 4
    assert clock.slept[1] == 3


def test_what_stays_unclear_is_told_as_unclear(clock: FakeClock) -> None:
    service = Service(*[unclear()] * 9)
    with pytest.raises(Unclear):
        policy_of(clock, attempts=3).call(service, repeatable=True)
    assert service.asked == 3


def test_what_was_once_unclear_stays_so_though_a_later_attempt_was_refused(
    clock: FakeClock,
) -> None:
    service = Service(unclear(), *[busy()] * 9)
    with pytest.raises(Unclear):
        policy_of(clock).call(service, repeatable=True)
    assert service.asked == 4


@pytest.mark.parametrize("error", [SignIn, SkipItem, Changed, Gone, StartOver, KeyError])
def test_what_waiting_cannot_mend_is_told_at_once(
    clock: FakeClock, error: type[Exception]
) -> None:
    service = Service(error("no"))
    with pytest.raises(error):
        policy_of(clock).call(service, repeatable=True)
    assert (service.asked, clock.slept) == (1, [])


def test_one_who_is_asked_to_stop_does_not_try_again(clock: FakeClock) -> None:
    clock.stopped.set()
    service = Service(busy(), busy())
    with pytest.raises(TryLater):
        policy_of(clock).call(service, repeatable=True)
    assert service.asked == 1


@given(
    waits=st.lists(st.one_of(st.none(), st.floats(0, 200)), max_size=30),
    attempts=st.integers(1, 6),
    budget=st.floats(0, 300),
)
def test_no_service_can_make_a_cycle_wait_for_ever(
    waits: list[float | None], attempts: int, budget: float
) -> None:
    clock = FakeClock()
    policy = policy_of(clock, attempts=attempts, budget=budget, longest_wait=60)
    service = Service(*[busy(wait) for wait in waits])
    for _ in range(5):
        _attempt(policy, service)
    assert sum(clock.slept) <= budget
    assert all(wait <= 60 for wait in clock.slept)
    assert policy.requests == service.asked <= 5 * attempts


def _attempt(policy: Policy, service: Callable[[], str]) -> None:
    try:
        policy.call(service, repeatable=True)
    except TryLater:
        return


@pytest.mark.parametrize(
    ("header", "offset"),
    [
        ("Mon, 04 May 2026 08:16:25 GMT", timedelta(microseconds=-324095)),
        ("Tue, 05 May 2026 08:16:25 GMT", timedelta(days=1, microseconds=-324095)),
        ("Mon, 04 May 2026 10:16:25 +0200", timedelta(microseconds=-324095)),
        ("", None),
        (None, None),
        ("yesterday", None),
        ("Mon, 04 May 2026 08:16:25 -0000", None),
    ],
)
def test_the_date_of_a_reply_tells_the_clock_of_the_service(
    clock: FakeClock, header: str | None, offset: timedelta | None
) -> None:
    policy = policy_of(clock)
    policy.note(header)
    assert policy.offset == offset


def test_a_date_that_cannot_be_read_leaves_what_is_known(clock: FakeClock) -> None:
    policy = policy_of(clock)
    policy.note("Mon, 04 May 2026 09:16:25 GMT")
    policy.note("soon")
    assert policy.offset is not None
    assert policy.offset > timedelta(minutes=59)


def test_the_fake_clock_passes_only_what_is_slept_or_let_pass() -> None:
    clock = FakeClock()
    assert clock.now() == START
    assert clock.sleep(90) is False
    clock.advance(days=1, minutes=2)
    assert clock.now() - START == timedelta(days=1, minutes=2, seconds=90)
    assert clock.monotonic() == 86400 + 120 + 90
    assert clock.slept == [90]


def test_putting_the_fake_clock_back_passes_no_time() -> None:
    clock = FakeClock()
    clock.sleep(30)
    clock.set_to(START - timedelta(days=2))
    assert clock.monotonic() == 30
    assert clock.now() == START - timedelta(days=2)
    clock.sleep(10)
    assert clock.now() == START - timedelta(days=2) + timedelta(seconds=10)
