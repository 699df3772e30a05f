"""What holds whatever a person does, and whatever goes wrong meanwhile."""

from hypothesis import given
from hypothesis import strategies as st

from syncd.engine.report import Report
from syncd.model.remote import PAGE_URL, Op
from syncd.model.schema import REFERENCE_FIELDS
from tests.engine.checks import (
    assert_agrees,
    assert_forgot_nothing,
    lost,
    portrait,
    rows,
    services,
)
from tests.engine.oracle import assert_nothing_was_lost
from tests.engine.simulator import (
    EDITS,
    FAULTS,
    MACHINE,
    REMOVALS,
    SERVICES,
    Simulator,
    Step,
    begun,
    scripts,
)
from tests.engine.world import World
from tests.examples import examples

ANYTHING = (*EDITS, *REMOVALS, *FAULTS, *MACHINE)


def assert_quiet(world: World) -> None:
    """At rest, silence: nothing is written, and each tool is asked as little as can be."""
    for service in world.services.values():
        service.reads.clear()
    report = world.sync()
    assert (report.writes, report.changes, report.conflicts) == (0, 0, 0)
    for service in world.services.values():
        assert service.reads["read"] == service.reads["find"] == 0


def act_out(script: list[Step], sim: Simulator) -> Simulator:
    """Play a script to its end, deciding for everything after every cycle."""

    def after_a_cycle(_: Report) -> None:
        assert_forgot_nothing(sim.world)

    sim.on_cycle = after_a_cycle
    sim.play(script)
    sim.end()
    return sim


@examples(40)
@given(scripts(*ANYTHING))
def test_two_cycles_after_anything_all_tools_agree_and_nothing_is_lost(
    script: list[Step],
) -> None:
    sim = act_out(script, begun())
    assert_agrees(sim.world)
    assert_nothing_was_lost(sim)
    assert_quiet(sim.world)


@examples(15)
@given(scripts(*EDITS, *REMOVALS, "forget", "restart"))
def test_with_the_state_lost_everything_is_recognised(script: list[Step]) -> None:
    sim = act_out(script, begun())
    assert_quiet(sim.world)
    known = _holding(sim.world)
    before = len(rows(sim.world.store)["entities"])
    sim.world.lose_state()
    report = sim.world.sync()
    assert (report.conflicts, [it.created for it in report.tools.values()]) == (0, [0, 0, 0])
    assert _holding(sim.world) == known
    assert len(rows(sim.world.store)["entities"]) <= before


def _holding(world: World) -> dict[str, set[str]]:
    return {name: set(service.items) for name, service in world.services.items()}


@examples(6)
@given(scripts(*ANYTHING))
def test_one_script_twice_ends_identically(script: list[Step]) -> None:
    first = act_out(script, begun())
    kept = rows(first.world.store), services(first.world)
    second = act_out(script, begun())
    assert _without_stamps(rows(second.world.store)) == _without_stamps(kept[0])
    assert services(second.world) == kept[1]


def _without_stamps(kept: dict[str, list[tuple[object, ...]]]) -> object:
    return {**kept, "dirty": [row[:3] for row in kept["dirty"]]}


@examples(8)
@given(scripts(*EDITS, *REMOVALS, "wait", "restart"))
def test_the_size_of_pages_and_batches_and_how_a_tool_lists_does_not_matter(
    script: list[Step],
) -> None:
    told = []
    for services_ in SERVICES:
        sim = act_out(script, begun(services_))
        told.append((portrait(sim.world), lost(sim.world.store)))
    assert told[1] == told[0]
    assert told[2] == told[0]


@examples(8)
@given(
    scripts(*EDITS, *REMOVALS, "wait", most=8),
    st.permutations(["pages", "calendar", "todos"]),
)
def test_the_order_in_which_tools_are_read_does_not_matter(
    script: list[Step], order: list[str]
) -> None:
    later = Step("wait", "", value=2)
    steps = [later, *(step for step in script if step.act != "sync")]
    at_once = act_out(steps, begun())
    expected = _by_hand(at_once.world)
    one_by_one = begun()
    one_by_one.play([*steps, *(Step("now", tool) for tool in order)])
    one_by_one.end()
    assert _by_hand(one_by_one.world) == expected


def _by_hand(world: World) -> dict[str, list[str]]:
    """Return a portrait without what rules made of how things stood in between."""
    told = portrait(world)
    return {name: [one for one in it if "achievements" not in one] for name, it in told.items()}


@examples(4)
@given(scripts(*EDITS, *REMOVALS))
def test_lanes_in_threads_end_as_lanes_one_after_another(script: list[Step]) -> None:
    expected = portrait(act_out(script, begun()).world)
    assert portrait(act_out(script, begun(threads=True)).world) == expected


@examples(12)
@given(scripts(*EDITS, *REMOVALS, *FAULTS, "wait", "restart", "shift"))
def test_a_dry_run_changes_nothing_and_shows_what_the_next_cycle_does(
    script: list[Step],
) -> None:
    sim = begun()
    sim.play(script)
    sim.heal()
    world = sim.world
    kept, there = rows(world.store), services(world)
    shown = world.preview()
    assert (rows(world.store), services(world)) == (kept, there)
    for service in world.services.values():
        service.log.clear()
    done = world.engine.run()
    assert shown.changes == done.changes
    assert shown.conflicts == done.conflicts
    assert shown.matches == done.matches
    _assert_did(world, shown)


def _assert_did(world: World, shown: Report) -> None:
    """All that was shown was done, and else only what that made possible."""
    for name, service in world.services.items():
        plan = {(one.op, one.entity): one for one in shown.tools[name].plan}
        did = {(write.op, write.entity) for write in service.log}
        assert plan.keys() <= did
        for write in service.log:
            if (write.op, write.entity) not in plan:
                follows = {PAGE_URL, *(spec.name for spec in REFERENCE_FIELDS[write.kind])}
                assert write.op is Op.UPDATE, write
                assert write.fields.keys() <= follows, write
