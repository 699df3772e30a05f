"""A cycle, seen from outside: what the person did in a tool arrives in the others."""

from syncd.model.entities import Kind


def test_a_plan_appears_in_every_tool(synced):
    assert synced.titles("pages", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert synced.titles("todos", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert synced.titles("calendar", Kind.MILESTONE) == ["Step 1", "Step 2"]


def test_a_second_cycle_writes_nothing(synced):
    report = synced.sync()
    assert report.writes == 0
    assert report.changes == 0
    assert report.converged
