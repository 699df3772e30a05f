"""What a supervisor hears."""

import uuid

import pytest

from syncd.daemon.supervisor import Notifier, notifier
from tests.daemon.conftest import FakeClock, Supervisor


def test_a_supervisor_hears_how_it_goes_and_nothing_twice(
    clock: FakeClock, supervisor: Supervisor
) -> None:
    speaker = notifier({"NOTIFY_SOCKET": supervisor.address}, clock)
    speaker.ready()
    speaker.status("notion ok\ngoogle needs sign-in")
    speaker.status("notion ok\ngoogle needs sign-in")
    speaker.stopping()
    assert supervisor.heard() == [
        "READY=1",
        "STATUS=notion ok google needs sign-in",
        "STOPPING=1",
    ]


def test_an_abstract_address_is_understood(clock: FakeClock, supervisor: Supervisor) -> None:
    ear = type(supervisor)(f"@syncd-{uuid.uuid4().hex}")
    notifier({"NOTIFY_SOCKET": ear.address}, clock).ready()
    assert ear.heard() == ["READY=1"]
    ear.close()


@pytest.mark.parametrize("address", ["", "/no/such/socket"])
def test_nobody_listening_breaks_nothing(clock: FakeClock, address: str) -> None:
    notifier({"NOTIFY_SOCKET": address}, clock).ready()


def test_the_watchdog_is_fed_four_times_in_its_span(
    clock: FakeClock, supervisor: Supervisor
) -> None:
    speaker = Notifier(supervisor.address, 40.0, clock)
    for _ in range(40):
        speaker.progress()
        clock.sleep(1)
    assert supervisor.heard() == ["WATCHDOG=1"] * 4


@pytest.mark.parametrize(
    ("environ", "fed"),
    [
        ({"WATCHDOG_USEC": "40000000"}, True),
        ({"WATCHDOG_USEC": "40000000", "WATCHDOG_PID": "77"}, True),
        ({"WATCHDOG_USEC": "40000000", "WATCHDOG_PID": "78"}, False),
        ({"WATCHDOG_USEC": "0"}, False),
        ({"WATCHDOG_USEC": "soon"}, False),
        ({}, False),
    ],
    ids=["for any process", "for us", "for another process", "off", "garbled", "not asked"],
)
def test_the_watchdog_is_fed_only_when_it_watches_us(
    clock: FakeClock, supervisor: Supervisor, environ: dict[str, str], fed: bool
) -> None:
    speaker = notifier({"NOTIFY_SOCKET": supervisor.address, **environ}, clock, pid=77)
    speaker.progress()
    assert supervisor.heard() == (["WATCHDOG=1"] if fed else [])
