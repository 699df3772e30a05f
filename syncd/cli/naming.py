"""From what a person typed to the blocks that they mean."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from syncd.bootstrap import App
from syncd.cli import lookup
from syncd.cli.past import TITLE
from syncd.text import one_line
from syncd.cli.lookup import ShortIds
from syncd.cli.sync import title_of
from syncd.engine.blocks.edits import live_blocks
from syncd.errors import Mistake
from syncd.model.entities import Block, Kind, Task
from syncd.model.rules.blocks import AHEAD, OPEN, is_over
from syncd.sync.decide import Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What was named: one block by itself (``single``), or those of a task or a title."""

    title: str
    blocks: tuple[Block, ...]
    task: Task | None
    single: bool


def settled_blocks(app: App, text: str) -> list[Block]:
    """Return the blocks that a word is said of: one by its id or its own title, or all of
    a task that wait for a word. Raises ``Mistake``."""
    meant, now = _meant(app, text), app.clock.now()
    if meant.single:
        return list(meant.blocks)
    found = [one for one in meant.blocks if one.state in OPEN and _begun(one, now)]
    if not found:
        raise Mistake(_nothing_waits(app, meant, now))
    return found


def next_block(app: App, text: str, fits: Callable[[Block], bool]) -> Block:
    """Return one block by its id; or, of a task or a title, the next one that fits, else
    the next one. Raises ``Mistake``."""
    meant, now = _meant(app, text), app.clock.now()
    if meant.single:
        return meant.blocks[0]
    ahead = list(_ahead(meant.blocks, now))
    if not ahead:
        raise Mistake(f"'{meant.title}' has no block ahead: see `syncd schedule`.")
    return next((one for one in ahead if fits(one)), ahead[0])


def _meant(app: App, text: str) -> Meant:
    records = lookup.matching(app.store, text, (Kind.TASK, Kind.BLOCK))
    tasks = [one for one in records if isinstance(one.entity, Task)]
    live = live_blocks(app.plan_context())
    if tasks:
        task = lookup.only(text, tasks).entity
        blocks = tuple(one for one in live if one.task == task.id)
    else:
        task, named = None, {one.entity.id for one in records}
        blocks = tuple(one for one in live if one.id in named)
    title = one_line(records[0].entity.title, TITLE)
    if task is None and not blocks:
        raise Mistake(f"The block '{title}' is gone: `syncd schedule` shows those there are.")
    return Meant(
        title=title,
        blocks=blocks,
        task=task if isinstance(task, Task) else None,
        single=task is None and len(records) == 1,
    )


def _nothing_waits(app: App, meant: Meant, now: datetime) -> str:
    said = f"No block of '{meant.title}' has begun and waits for a word"
    ahead = next(iter(_ahead(meant.blocks, now)), None)
    if ahead is not None:
        short = ShortIds(app.store.plan.ids()).of(ahead.id)
        return f"{said}: if one ahead is meant, give its id ({short})."
    if meant.task is None:
        return f"{said}: see `syncd schedule`."
    return f"{said}: tick the task itself{_where(app, meant.task)}."


def _where(app: App, task: Task) -> str:
    """Return in which tools a task can be ticked."""
    links = app.store.links.of_entity(task.id).items()
    names = [title_of(app, tool) for tool, it in links if it.presence is Presence.PRESENT]
    return f" in {' or '.join(sorted(names))}" if names else ""


def _ahead(blocks: Iterable[Block], now: datetime) -> Iterable[Block]:
    return (one for one in blocks if one.state in AHEAD and not is_over(one, now))


def _begun(block: Block, now: datetime) -> bool:
    return block.start is not None and block.start.at <= now
