"""What does not fit, and what to do about it, in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from syncd.bootstrap import App
from syncd.cli.past import TITLE
from syncd.text import one_line
from syncd.cli.lookup import ShortIds
from syncd.cli.output import day
from syncd.engine.blocks.inputs import Wishes
from syncd.engine.blocks.memory import Memory, Result
from syncd.model.entities import Task
from syncd.model.exchange.markdown import duration
from syncd.model.ids import EntityId
from syncd.model.values import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A task that does not get its time. what: short, unplaced, not now, or used up."""

    task: EntityId
    title: str
    what: str
    minutes: int
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "task": self.task,
            "title": self.title,
            "what": self.what,
            "minutes": self.minutes or None,
            "sentence": self.sentence,
        }


def misfits(app: App, wished: Wishes) -> list[Misfit]:
    """Return the open tasks that do not get their time, each once."""
    result = Memory(app.store).result
    found = list(_told(app, wished, result)) if result else []
    return [*found, *_not_now(app, wished), *_used_up(app, wished)]


def notes(app: App) -> tuple[str, ...]:
    """Return what else the last planning said."""
    result = Memory(app.store).result
    return result.notes if result else ()


def _told(app: App, wished: Wishes, result: Result) -> Iterable[Misfit]:
    """Yield what the last planning told of tasks that still want time."""
    wanting = {one.id for one in wished.works}
    short = {EntityId(one): f"{sentence.rstrip('.')}." for one, sentence in result.short}
    left = {EntityId(one): (minutes, why) for one, minutes, why in result.unplaced}
    tasks = _tasks(app, [*short, *left])
    for one, task in tasks.items():
        if one not in wanting:
            continue
        minutes, why = left.get(one, (0, ""))
        what = "short" if one in short else "unplaced"
        said = short.get(one) or _unplaced(task, minutes, why)
        if one in short and task.next_block is not None:
            said += f" It is planned from {_day(app, task.next_block)} on."
        yield Misfit(task=one, title=task.title, what=what, minutes=minutes, sentence=said)


def _day(app: App, moment: Moment) -> str:
    return day(moment.at, app.zone, app.clock.now())


def _unplaced(task: Task, minutes: int, why: str) -> str:
    fact = f"{duration(minutes)} of '{_title(task)}' have no place yet"
    return f"{fact}: {why.rstrip('.')}." if why else f"{fact}."


def _not_now(app: App, wished: Wishes) -> Iterable[Misfit]:
    ids = ShortIds(app.store.plan.ids())
    for one, task in _tasks(app, sorted(wished.not_now)).items():
        yield Misfit(
            task=one,
            title=task.title,
            what="not now",
            minutes=0,
            sentence=f"'{_title(task)}' is not planned, for you deleted its blocks twice:"
            f" `syncd resume {ids.of(one)}` plans it again.",
        )


def _used_up(app: App, wished: Wishes) -> Iterable[Misfit]:
    for one, task in _tasks(app, sorted(wished.used_up)).items():
        yield Misfit(
            task=one,
            title=task.title,
            what="used up",
            minutes=0,
            sentence=f"'{_title(task)}' is open, but its time is used up: tick it, or give it"
            " a larger estimate.",
        )


def _tasks(app: App, ids: Iterable[EntityId]) -> dict[EntityId, Task]:
    wanted = list(ids)
    found = app.store.plan.many(wanted)
    every = ((one, found[one].entity) for one in wanted if one in found)
    return {one: task for one, task in every if isinstance(task, Task)}


def _title(task: Task) -> str:
    return one_line(task.title, TITLE)
