"""The contract of a connector as a suite to subclass, with the laws of what fails on the way."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from syncd.errors import (
    Changed,
    Gone,
    HoldTool,
    Mistake,
    SignIn,
    SkipItem,
    StartOver,
    SyncdError,
    ToolError,
    TryLater,
    Unclear,
)
from syncd.model.remote import Op, Remote
from syncd.testing.fault_injection import Fault
from syncd.testing.harness import Harness
from syncd.testing.item_laws import CreatingLaws, WritingLaws
from syncd.testing.reading_laws import ReadingLaws
from syncd.testing.sandbox import Served
from syncd.testing.tool_laws import BindingLaws, BlockLaws, BusyTimeLaws
from syncd.testing.value_laws import FieldLaws, FitLaws

Errors = tuple[type[SyncdError], ...]

READ: dict[int, Errors] = {
    400: (SkipItem, HoldTool, Mistake, StartOver),
    401: (SignIn,),
    403: (SignIn, HoldTool, Mistake),
    404: (HoldTool, Mistake),
    409: (TryLater,),
    410: (StartOver, HoldTool, Mistake),
    412: (ToolError, Mistake),
    429: (TryLater,),
    500: (TryLater,),
    502: (TryLater,),
    503: (TryLater,),
    504: (TryLater,),
}
"""What a pull may raise for each status."""

WRITE: dict[int, Errors] = {
    400: (SkipItem,),
    401: (SignIn,),
    403: (SignIn, SkipItem, HoldTool),
    404: (Gone, HoldTool, SkipItem),
    409: (TryLater, SkipItem, Changed),
    410: (Gone, SkipItem, Mistake),
    412: (Changed, SkipItem),
    429: (TryLater,),
    500: (Unclear,),
    502: (Unclear,),
    503: (Unclear, TryLater),
    504: (Unclear,),
}
"""What an update may meet for each status."""

UNREADABLE = ("close-before", "close-after", "cut", "garbage")
NO_MORE = 0


class FailingLaws:
    """A failure says what happens next, and a failed read is never a short one.

    ``on_read`` and ``on_write`` narrow or widen the tables for one service.
    """

    on_read: Mapping[int, Errors] = MappingProxyType({})
    on_write: Mapping[int, Errors] = MappingProxyType({})

    @pytest.fixture
    def service(self, harness: Harness) -> Iterator[Served]:
        """Give the server whose faults are set."""
        if harness.served is None:
            pytest.fail("this harness has no server: set Harness.served")
        yield harness.served
        harness.heal()

    @pytest.mark.parametrize("status", sorted(READ))
    def test_a_read_that_is_refused_says_what_is_next(
        self, harness: Harness, service: Served, status: int
    ) -> None:
        item = harness.create(harness.kinds()[-1], "Stays")
        service.faults.append(_answer(harness, status))
        expected = {**READ, **self.on_read}[status]
        with pytest.raises(expected):
            harness.connector.pull(None)
        harness.heal()
        assert item.id in harness.listing()

    @pytest.mark.parametrize("status", sorted(WRITE))
    def test_a_write_that_is_refused_says_what_is_next(
        self, harness: Harness, service: Served, status: int
    ) -> None:
        item = harness.create(harness.kinds()[-1], "Stays")
        service.faults.append(_answer(harness, status))
        outcome = harness.update(item, title="Does not come in")
        expected = {**WRITE, **self.on_write}[status]
        harness.heal()
        assert isinstance(outcome, expected), repr(outcome)
        assert harness.listing()[item.id].fields["title"] == "Stays"

    def test_a_limit_tells_how_long_to_wait(self, harness: Harness, service: Served) -> None:
        item = harness.create(harness.kinds()[-1], "Stays")
        fault = _answer(harness, 429)
        fault.headers["retry-after"] = "7"
        service.faults.append(fault)
        with pytest.raises(TryLater) as refused:
            harness.connector.pull(None)
        assert refused.value.seconds == 7
        assert set(harness.clock.slept) == {7.0}
        outcome = harness.update(item, title="Later")
        assert isinstance(outcome, TryLater)
        assert outcome.seconds == 7

    def test_a_limit_that_passes_goes_unnoticed(
        self, harness: Harness, service: Served
    ) -> None:
        fault = _answer(harness, 429, times=1)
        fault.headers["retry-after"] = "3"
        service.faults.append(fault)
        item = harness.create(harness.kinds()[-1], "After a pause")
        assert harness.clock.slept == [3.0]
        assert item.id in harness.listing()

    def test_a_hiccup_on_a_read_goes_unnoticed(self, harness: Harness, service: Served) -> None:
        item = harness.create(harness.kinds()[-1], "There")
        for act in ("close-before", "close-after", "cut", "garbage"):
            service.faults.append(Fault(act=act, times=1))
            assert item.id in harness.listing(), act
            harness.heal()

    @pytest.mark.parametrize("act", UNREADABLE)
    def test_an_answer_to_a_read_that_is_none_is_tried_again_later(
        self, harness: Harness, service: Served, act: str
    ) -> None:
        harness.create(harness.kinds()[-1], "There")
        service.faults.append(Fault(act=act, times=NO_MORE))
        with pytest.raises(TryLater):
            harness.connector.pull(None)

    @pytest.mark.parametrize("act", UNREADABLE)
    def test_an_answer_to_a_write_that_is_none_leaves_it_unclear(
        self, harness: Harness, service: Served, act: str
    ) -> None:
        item = harness.create(harness.kinds()[-1], "There")
        service.faults.append(Fault(act=act, times=NO_MORE))
        assert isinstance(harness.update(item, title="Perhaps"), Unclear)
        write = harness.new_write(harness.kinds()[-1], "Perhaps there")
        assert isinstance(harness.do(write), Unclear)
        harness.heal()
        other = harness.connector.find(write) or harness.made(write)
        titles = [entry.fields["title"] for entry in harness.listing().values()]
        assert titles.count("Perhaps there") == 1
        assert other.fields["title"] == "Perhaps there"

    @pytest.mark.parametrize("act", ["status-after", "close-after"])
    def test_a_create_that_was_done_but_not_answered_is_made_once(
        self, harness: Harness, service: Served, act: str
    ) -> None:
        for kind in harness.kinds():
            write = harness.new_write(kind, f"A {kind} of one try")
            harness.lose_reply()
            service.faults[-1].act = act
            outcome = harness.do(write)
            harness.heal()
            assert isinstance(outcome, Remote | Unclear | TryLater), outcome
            if not isinstance(outcome, Remote) and harness.connector.find(write) is None:
                harness.made(write)
            titles = [item.fields["title"] for item in harness.listing().values()]
            assert titles.count(f"A {kind} of one try") == 1

    @pytest.mark.usefixtures("service")
    def test_a_delete_that_was_done_but_not_answered_is_done(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to remove")
            harness.lose_reply()
            outcome = harness.delete(item)
            harness.heal()
            assert outcome is None or isinstance(outcome, Unclear)
            assert harness.delete(item) is None
            assert item.id not in harness.listing()

    def test_a_service_that_is_away_is_tried_later(
        self, harness: Harness, service: Served
    ) -> None:
        item = harness.create(harness.kinds()[-1], "There")
        service.close()
        with pytest.raises(TryLater):
            harness.connector.pull(None)
        assert isinstance(harness.update(item, title="No one hears"), TryLater | Unclear)

    @pytest.mark.parametrize("status", sorted(READ))
    def test_busy_time_that_is_refused_is_never_free_time(
        self, harness: Harness, service: Served, status: int
    ) -> None:
        now = harness.clock.now()
        if not harness.connector.reads_busy:
            pytest.skip("this tool does not know when its user is busy")
        service.faults.append(_answer(harness, status))
        try:
            busy = harness.connector.busy(now, now + timedelta(days=7))
        except (TryLater, SignIn):
            return
        assert busy.unreadable
        assert busy.calendars == ()

    @pytest.mark.parametrize("act", UNREADABLE)
    def test_busy_time_that_is_not_told_is_asked_for_later(
        self, harness: Harness, service: Served, act: str
    ) -> None:
        now = harness.clock.now()
        if not harness.connector.reads_busy:
            pytest.skip("this tool does not know when its user is busy")
        service.faults.append(Fault(act=act, times=NO_MORE))
        with pytest.raises(TryLater):
            harness.connector.busy(now, now + timedelta(days=7))

    def test_a_write_is_not_sent_for_ever(self, harness: Harness, service: Served) -> None:
        kind = harness.kinds()[-1]
        item = harness.create(kind, "There")
        for status in (429, 503):
            service.faults.append(_answer(harness, status))
            before = harness.requests()
            harness.do(harness.write_of(Op.UPDATE, item, {"title": "Again"}))
            assert harness.requests() - before <= 8
            harness.heal()


def _answer(harness: Harness, status: int, times: int = NO_MORE) -> Fault:
    body: Any = harness.errors.get(status, {})
    return Fault(act="status", status=status, reply=body, times=times)


class ContractSuite(
    FitLaws,
    FieldLaws,
    CreatingLaws,
    WritingLaws,
    ReadingLaws,
    BindingLaws,
    BlockLaws,
    BusyTimeLaws,
):
    """Subclass it, and say in ``make`` what is to be tried."""

    def make(self, directory: Path) -> Harness:
        """Return a fresh connector on a fresh tool; ``directory`` is empty."""
        raise NotImplementedError

    @pytest.fixture
    def fresh(self, tmp_path: Path) -> Iterator[Harness]:
        """Give a harness whose tool has no containers yet."""
        harness = self.make(tmp_path)
        yield harness
        harness.close()

    @pytest.fixture
    def harness(self, fresh: Harness) -> Harness:
        """Give a harness whose containers are made."""
        fresh.start()
        return fresh


class HttpContractSuite(ContractSuite, FailingLaws):
    """The contract of a connector to a service over HTTP: with all that fails there."""
