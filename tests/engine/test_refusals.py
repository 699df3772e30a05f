"""What a tool refuses to hold: told by its title, sent again when that makes sense."""

from syncd.engine.report import Report
from syncd.errors import SkipItem
from syncd.model.entities import Kind
from syncd.model.remote import Write
from tests.engine.world import World


def refuse(world: World, title: str) -> list[Write]:
    """Have the list of tasks refuse what has this title; return what it was sent."""
    sent = []

    def before(write: Write) -> None:
        sent.append(write)
        if write.fields.get("title") == title:
            raise SkipItem("The project is full.")

    world.services["todos"].faults.before = before
    return sent


def refused(world: World) -> tuple[list[Write], Report]:
    """A task's new title is refused."""
    sent = refuse(world, "Too much")
    world.edit("pages", Kind.TASK, "Task 1", title="Too much")
    return sent, world.sync()


def test_what_is_refused_is_told_by_its_title(synced: World) -> None:
    _, report = refused(synced)
    assert report.problems == ["todos, 'Too much': The project is full."]
    assert not report.converged


def test_what_was_refused_is_not_sent_again_the_same_day(synced: World) -> None:
    sent, _ = refused(synced)
    before = len(sent)
    assert synced.sync().problems
    assert len(sent) == before


def test_a_refusal_of_what_is_no_longer_asked_is_no_longer_told(synced: World) -> None:
    refused(synced)
    synced.edit("pages", Kind.TASK, "Too much", title="Task 1")
    synced.sync()
    report = synced.sync()
    assert (report.problems, report.converged) == ([], True)


def test_what_was_refused_is_tried_again_on_another_day(synced: World) -> None:
    refused(synced)
    synced.services["todos"].faults.before = None
    synced.clock.advance(minutes=24 * 60)
    report = synced.settle()
    assert (report.problems, report.converged) == ([], True)
    assert "Too much" in synced.titles("todos", Kind.TASK)
