"""When one cycle would do too much in one tool."""

import pytest

from syncd.sync.brakes import About, Limits, Load, brake, may_read

LIMITS = Limits()


@pytest.mark.parametrize(
    ("load", "about"),
    [
        (Load(holds=100), None),
        (Load(holds=0), None),
        (Load(holds=10, gone=5), None),
        (Load(holds=10, gone=6), About.GONE),
        (Load(holds=100, gone=20), None),
        (Load(holds=100, gone=21), About.GONE),
        (Load(holds=6, gone=6), About.GONE),
        (Load(holds=30, removes=6), None),
        (Load(holds=29, removes=6), About.REMOVES),
        (Load(holds=100, changed=50), None),
        (Load(holds=100, changed=51), About.CHANGED),
        (Load(holds=5, changed=5), None),
        (Load(holds=100, copies=50), None),
        (Load(holds=100, copies=51), About.COPIES),
        (Load(holds=100, gone=21, changed=60, copies=60), About.GONE),
    ],
    ids=str,
)
def test_over_the_count_and_over_the_share(load, about):
    alarm = brake(load, LIMITS)
    assert (alarm.about if alarm else None) == about


@pytest.mark.parametrize("field", ["gone", "removes", "changed", "copies"])
def test_the_reason_tells_how_many_of_how_many(field):
    alarm = brake(Load(holds=40, **{field: 33}), LIMITS)
    assert alarm is not None
    assert "33" in alarm.why
    assert "40" in alarm.why


def test_limits_can_be_set():
    strict = Limits(max_deletes=0, max_delete_share=0.0, max_change_share=0.0)
    assert brake(Load(holds=100, gone=1), strict) is not None
    assert brake(Load(holds=100, changed=1), strict) is not None


@pytest.mark.parametrize("holds", [0, 1, 5, 25, 26, 100, 999])
def test_one_more_is_read_than_the_brakes_allow(holds):
    enough = may_read(holds, LIMITS)
    everything_gone = Load(holds=holds, gone=enough)
    assert brake(everything_gone, LIMITS) is not None
    one_less = Load(holds=holds, gone=enough - 1)
    assert brake(one_less, LIMITS) is None
