"""Waiting and trying again: never too long, never what may have been done."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.connect.contract import Connector, Outcome, Toolbox
from syncd.connect.network import Network, RateLimiter
from syncd.connect.wrappers import DryRun, Retry, RetryLimits, wrapped
from syncd.errors import (
    Changed,
    Gone,
    HoldTool,
    SignIn,
    SkipItem,
    StartOver,
    Stopped,
    TryLater,
    Unclear,
)
from syncd.model.entities import Kind
from syncd.model.ids import derived_id
from syncd.model.remote import Op, Pull, Write
from syncd.testing.fake_clock import FakeClock
from syncd.testing.in_memory_capabilities import LIKE_TODOS
from syncd.testing.in_memory_connector import DictMemory, InMemoryConnector
from syncd.testing.in_memory_service import InMemoryService


class Turns(InMemoryConnector):
    """Meets these errors in turn, then does as it is told; counts what it was asked."""

    def __init__(self, *errors: Exception, idempotent: bool = True) -> None:
        self.clock = FakeClock()
        self.limiter = RateLimiter(self.clock)
        box = Toolbox(
            clock=self.clock,
            memory=DictMemory(),
            network=Network(limiter=self.limiter),
            timezone="UTC",
            new_key=str,
        )
        super().__init__(InMemoryService(LIKE_TODOS, self.clock), box)
        self.idempotent = frozenset(Op) if idempotent else frozenset()
        self.errors = list(errors)
        self.asked = 0
        self.provision()

    def pull(self, cursor: str | None) -> Pull:
        self._turn()
        return super().pull(cursor)

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        self.asked += 1
        outcomes: list[Outcome] = []
        for write in writes:
            if self.errors:
                outcomes.append(self.errors.pop(0))
            else:
                outcomes += super().write([write])
        if isinstance(outcomes[0], TryLater) and len(outcomes) == 1:
            raise outcomes[0]
        return outcomes

    def _turn(self) -> None:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)


def patient(turns: Turns, **patience: float) -> Connector:
    rng = random.Random(1)  # noqa: S311  # jitter, the same each time
    return Retry(turns, turns.limiter, rng, RetryLimits(**patience))  # type: ignore[arg-type]  # numbers


def write(title: str = "Read") -> Write:
    entity = derived_id(Kind.TASK, title)
    return Write(
        op=Op.CREATE, key=title, kind=Kind.TASK, entity=entity, fields={"title": title}
    )


def busy(seconds: float | None = None) -> TryLater:
    return TryLater("Busy: trying again later.", seconds)


def unclear() -> Unclear:
    return Unclear("The reply was lost: looking before writing again.")


def test_what_works_is_asked_once() -> None:
    turns = Turns()
    patient(turns).pull(None)
    assert (turns.asked, turns.clock.slept) == (1, [])


def test_a_reading_that_was_refused_for_now_is_tried_again() -> None:
    turns = Turns(busy(), busy())
    patient(turns).pull(None)
    assert (turns.asked, len(turns.clock.slept)) == (3, 2)


def test_a_wait_that_is_asked_for_is_kept() -> None:
    turns = Turns(busy(7), busy(0), busy(2.5))
    patient(turns).pull(None)
    assert turns.clock.slept == [7, 0, 2.5]


def test_pauses_grow_and_are_not_all_alike() -> None:
    turns = Turns(*[busy()] * 5)
    patient(turns, attempts=6).pull(None)
    slept = turns.clock.slept
    assert slept == sorted(slept)
    assert slept[-1] > 4 * slept[0]


def test_patience_ends_with_the_last_error() -> None:
    turns = Turns(*[busy(number) for number in range(9)])
    with pytest.raises(TryLater) as error:
        patient(turns, attempts=4).pull(None)
    assert turns.asked == 4
    assert error.value.seconds == 3


def test_a_wait_that_is_too_long_is_left_to_the_next_cycle() -> None:
    turns = Turns(busy(61))
    with pytest.raises(TryLater) as error:
        patient(turns, longest_wait=60).pull(None)
    assert (turns.asked, turns.clock.slept, error.value.seconds) == (1, [], 61)


def test_waiting_goes_on_as_long_as_there_is_progress() -> None:
    turns = Turns()
    connector = patient(turns, budget=100)
    for _ in range(10):
        turns.errors = [busy(40), busy(40)]
        connector.write([write()])
    assert sum(turns.clock.slept) == 800


def test_without_progress_waiting_ends_with_its_budget() -> None:
    turns = Turns(busy(50), busy(50), busy(1))
    with pytest.raises(TryLater):
        patient(turns, budget=100).pull(None)
    assert (turns.asked, turns.clock.slept) == (3, [50, 50])


def test_a_write_of_unknown_outcome_is_not_sent_again() -> None:
    turns = Turns(unclear(), idempotent=False)
    (outcome,) = patient(turns).write([write()])
    assert isinstance(outcome, Unclear)
    assert (turns.asked, turns.clock.slept) == (1, [])


def test_a_write_that_was_refused_and_then_unclear_is_not_sent_again() -> None:
    turns = Turns(busy(), unclear(), idempotent=False)
    (outcome,) = patient(turns).write([write()])
    assert isinstance(outcome, Unclear)
    assert turns.asked == 2


def test_what_is_done_once_by_its_key_is_sent_again() -> None:
    turns = Turns(unclear(), busy(3), unclear())
    (outcome,) = patient(turns).write([write()])
    assert not isinstance(outcome, Exception)
    assert turns.asked == 4
    assert turns.clock.slept[1] == 3


def test_what_was_once_unclear_stays_so_though_a_later_attempt_was_refused() -> None:
    turns = Turns(unclear(), *[busy()] * 9)
    (outcome,) = patient(turns).write([write()])
    assert isinstance(outcome, Unclear)
    assert turns.asked == 4


def test_of_a_batch_only_what_was_not_done_is_sent_again() -> None:
    turns = Turns(busy(), SkipItem("no"))
    outcomes = patient(turns).write([write("a"), write("b"), write("c")])
    assert [type(it).__name__ for it in outcomes] == ["Remote", "SkipItem", "Remote"]
    assert [it.fields["title"] for it in turns.tool.log] == ["c", "a"]


@pytest.mark.parametrize("error", [SignIn, SkipItem, Changed, Gone, StartOver, KeyError])
def test_what_waiting_can_not_mend_is_told_at_once(error: type[Exception]) -> None:
    turns = Turns(error("no"))
    with pytest.raises(error):
        patient(turns).pull(None)
    assert (turns.asked, turns.clock.slept) == (1, [])


def test_a_service_that_hangs_is_asked_twice_and_not_four_times() -> None:
    turns = Turns(*[busy()] * 9)
    slow = turns._turn

    def hang() -> None:
        turns.clock.sleep(20)
        slow()

    turns._turn = hang  # type: ignore[method-assign]  # a service that takes its time
    with pytest.raises(TryLater):
        patient(turns).pull(None)
    assert turns.asked == 2


def test_one_who_is_asked_to_stop_does_not_try_again() -> None:
    turns = Turns(busy(), busy())
    turns.clock.stopped.set()
    with pytest.raises(TryLater):
        patient(turns).pull(None)
    assert turns.asked == 1


def test_what_syncd_itself_gave_up_is_not_tried_again() -> None:
    turns = Turns(Stopped("stop"))
    with pytest.raises(Stopped):
        patient(turns).pull(None)
    assert turns.asked == 1


@given(
    waits=st.lists(st.one_of(st.none(), st.floats(0, 200)), max_size=30),
    attempts=st.integers(1, 6),
    budget=st.floats(0, 300),
)
def test_no_service_can_make_a_call_wait_for_ever(
    waits: list[float | None], attempts: int, budget: float
) -> None:
    turns = Turns(*[busy(wait) for wait in waits])
    connector = patient(turns, attempts=attempts, budget=budget, longest_wait=60)
    try:
        connector.pull(None)
    except TryLater:
        assert turns.asked <= attempts
    assert sum(turns.clock.slept) <= budget
    assert all(wait <= 60 for wait in turns.clock.slept)


def test_a_reading_is_given_up_between_two_requests_and_a_write_is_not() -> None:
    turns = Turns()
    turns.limiter.heed(lambda: True)
    connector = wrapped(turns, turns.limiter, random.Random(1))  # noqa: S311  # jitter
    (outcome,) = connector.write([write()])
    assert not isinstance(outcome, Exception)
    with pytest.raises(Stopped):
        connector.pull(None)


def test_a_connector_may_leave_out_what_was_edited_and_what_is_idempotent() -> None:
    class Plain:
        """A connector as strangers write them: nothing but what the contract asks for."""

        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            if name in ("edited", "idempotent"):
                raise AttributeError(name)
            return getattr(self._inner, name)

    turns = Turns()
    plain: Any = Plain(turns)
    made = wrapped(plain, turns.limiter, random.Random(1))  # noqa: S311  # jitter
    assert made.edited(Kind.TASK, turns.clock.now()) is None
    assert made.idempotent == frozenset()


def test_a_dry_run_reads_and_writes_nothing() -> None:
    turns = Turns()
    dry = DryRun(turns)
    (outcome,) = dry.write([write()])
    assert isinstance(outcome, Unclear)
    assert (turns.asked, turns.tool.log) == (0, [])
    assert dry.pull(None).items == ()
    assert dry.idempotent == frozenset()


def test_a_dry_run_of_a_tool_that_was_never_set_up_has_nothing_to_read() -> None:
    turns = Turns()
    dry = DryRun(turns)
    turns.errors = [HoldTool("gone")]
    with pytest.raises(HoldTool):
        dry.pull(None)
    turns.tool.containers.clear()
    turns._bound.clear()
    turns._memory.kept.clear()  # type: ignore[attr-defined]  # of DictMemory
    assert dry.bind().missing
    turns.errors = [HoldTool("gone")]
    assert dry.pull(None) == Pull()
    dry.provision()
    assert not turns.tool.containers
