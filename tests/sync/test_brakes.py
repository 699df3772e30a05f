"""When one cycle would do too much in one tool."""

import pytest

from syncd.sync.limits import CycleLoad, LimitKind, Limits, check_limits, most_direct_reads

LIMITS = Limits()


@pytest.mark.parametrize(
    ("load", "about"),
    [
        (CycleLoad(holds=100), None),
        (CycleLoad(holds=0), None),
        (CycleLoad(holds=10, gone=5), None),
        (CycleLoad(holds=10, gone=6), LimitKind.GONE),
        (CycleLoad(holds=100, gone=20), None),
        (CycleLoad(holds=100, gone=21), LimitKind.GONE),
        (CycleLoad(holds=6, gone=6), LimitKind.GONE),
        (CycleLoad(holds=30, removes=6), None),
        (CycleLoad(holds=29, removes=6), LimitKind.REMOVES),
        (CycleLoad(holds=100, changed=50), None),
        (CycleLoad(holds=100, changed=51), LimitKind.CHANGED),
        (CycleLoad(holds=5, changed=5), None),
        (CycleLoad(holds=100, copies=50), None),
        (CycleLoad(holds=100, copies=51), LimitKind.COPIES),
        (CycleLoad(holds=100, gone=21, changed=60, copies=60), LimitKind.GONE),
    ],
    ids=str,
)
def test_over_the_count_and_over_the_share(load: CycleLoad, about: LimitKind | None) -> None:
    alarm = check_limits(load, LIMITS)
    assert (alarm.about if alarm else None) == about


@pytest.mark.parametrize("field", ["gone", "removes", "changed", "copies"])
def test_the_reason_tells_how_many_of_how_many(field: str) -> None:
    alarm = check_limits(CycleLoad(holds=40, **{field: 33}), LIMITS)
    assert alarm is not None
    assert "33" in alarm.why
    assert "40" in alarm.why


def test_limits_can_be_set() -> None:
    strict = Limits(max_deletes=0, max_delete_share=0.0, max_change_share=0.0)
    assert check_limits(CycleLoad(holds=100, gone=1), strict) is not None
    assert check_limits(CycleLoad(holds=100, changed=1), strict) is not None


@pytest.mark.parametrize("holds", [0, 1, 5, 25, 26, 100, 999])
def test_one_more_is_read_than_the_brakes_allow(holds: int) -> None:
    enough = most_direct_reads(holds, LIMITS)
    everything_gone = CycleLoad(holds=holds, gone=enough)
    assert check_limits(everything_gone, LIMITS) is not None
    one_less = CycleLoad(holds=holds, gone=enough - 1)
    assert check_limits(one_less, LIMITS) is None
