"""``syncd pin``, ``unpin``, ``done`` and ``missed``: what a person says of their blocks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import typer

from syncd.app import App
from syncd.cli.lookup import ShortIds, find_matching, only_one, tool_title
from syncd.cli.output import SPREAD, TITLE, Json, Words
from syncd.cli.schedule import block_json, total, when
from syncd.cli.session import Session
from syncd.engine.blocks import edits
from syncd.engine.blocks.edits import live_blocks
from syncd.errors import Mistake
from syncd.model.entities import Block, Kind, Task
from syncd.model.rules.blocks import AHEAD, OPEN, is_over
from syncd.model.values import BlockState
from syncd.sync.decide import Presence
from syncd.text import count, one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBlocks:
    """What was named: one block by itself (``single``), or those of a task or a title."""

    title: str
    blocks: tuple[Block, ...]
    task: Task | None
    single: bool


def blocks_to_report(app: App, text: str) -> list[Block]:
    """Return the blocks that a word is said of: one by its id or its own title, or all of
    a task that wait for a word. Raises ``Mistake``."""
    meant, now = _named_blocks(app, text), app.clock.now()
    if meant.single:
        return list(meant.blocks)
    blocks = [block for block in meant.blocks if block.state in OPEN and _begun(block, now)]
    if not blocks:
        raise Mistake(_nothing_waits(app, meant, now))
    return blocks


def next_block(app: App, text: str, fits: Callable[[Block], bool]) -> Block:
    """Return one block by its id; or, of a task or a title, the next one that fits, else
    the next one. Raises ``Mistake``."""
    meant, now = _named_blocks(app, text), app.clock.now()
    if meant.single:
        return meant.blocks[0]
    ahead = list(_ahead(meant.blocks, now))
    if not ahead:
        raise Mistake(f"'{meant.title}' has no block ahead: see `syncd schedule`.")
    return next((block for block in ahead if fits(block)), ahead[0])


def _named_blocks(app: App, text: str) -> NamedBlocks:
    records = find_matching(app.store, text, (Kind.TASK, Kind.BLOCK))
    tasks = [record for record in records if isinstance(record.entity, Task)]
    live = live_blocks(app.plan_context())
    if tasks:
        task = only_one(text, tasks).entity
        blocks = tuple(block for block in live if block.task == task.id)
    else:
        task, named = None, {record.entity.id for record in records}
        blocks = tuple(block for block in live if block.id in named)
    title = one_line(records[0].entity.title, TITLE)
    if task is None and not blocks:
        raise Mistake(f"The block '{title}' is gone: `syncd schedule` shows those there are.")
    return NamedBlocks(
        title=title,
        blocks=blocks,
        task=task if isinstance(task, Task) else None,
        single=task is None and len(records) == 1,
    )


def _nothing_waits(app: App, meant: NamedBlocks, now: datetime) -> str:
    fact = f"No block of '{meant.title}' has begun and waits for a word"
    ahead = next(iter(_ahead(meant.blocks, now)), None)
    if ahead is not None:
        short = ShortIds(app.store.plan.ids()).of(ahead.id)
        return f"{fact}: if one ahead is meant, give its id ({short})."
    if meant.task is None:
        return f"{fact}: see `syncd schedule`."
    return f"{fact}: tick the task itself{_where_to_tick(app, meant.task)}."


def _where_to_tick(app: App, task: Task) -> str:
    """Return in which tools a task can be ticked."""
    links = app.store.links.of_entity(task.id).items()
    names = [tool_title(app, tool) for tool, link in links if link.presence is Presence.PRESENT]
    return f" in {' or '.join(sorted(names))}" if names else ""


def _ahead(blocks: Iterable[Block], now: datetime) -> Iterable[Block]:
    return (block for block in blocks if block.state in AHEAD and not is_over(block, now))


def _begun(block: Block, now: datetime) -> bool:
    return block.start is not None and block.start.at <= now


BlockOrTask = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="A block's id or its first characters; or its task, id or title."
    ),
]


def pin(ctx: typer.Context, which: BlockOrTask, *, json: Json = False) -> int:
    """Keep a block where it is.

    Of a task, its next block. Dragging it in the calendar does the same.
    """
    session: Session = ctx.obj
    with session.app() as app:
        block = next_block(
            app, which, lambda candidate: candidate.state is not BlockState.PINNED
        )
        changed = edits.pin(app.plan_context(), block)
        ending = "is pinned: syncd will not move it" if changed else "was pinned already"
        outcome = _Outcome(blocks=[block], changed=changed, ending=ending)
        return _show_outcome(session, app, outcome, as_json=json)


def unpin(ctx: typer.Context, which: BlockOrTask, *, json: Json = False) -> int:
    """Let syncd move a block again."""
    session: Session = ctx.obj
    with session.app() as app:
        block = next_block(app, which, lambda candidate: candidate.state is BlockState.PINNED)
        edits.unpin(app.plan_context(), block)
        ending = "is not pinned any more: syncd may move it where that is needed"
        outcome = _Outcome(blocks=[block], changed=True, ending=ending)
        return _show_outcome(session, app, outcome, as_json=json)


def done(ctx: typer.Context, which: BlockOrTask, *, json: Json = False) -> int:
    """Say that a block took place.

    Of a task, all its blocks that wait for a word.
    """
    return report(ctx.obj, which, took_place=True, as_json=json)


def missed(ctx: typer.Context, which: BlockOrTask, *, json: Json = False) -> int:
    """Say that a block did not take place.

    Its time is planned again.
    """
    return report(ctx.obj, which, took_place=False, as_json=json)


def report(session: Session, which: str, *, took_place: bool, as_json: bool) -> int:
    """Say of blocks that they took place, or that they did not."""
    with session.app() as app:
        blocks = blocks_to_report(app, which)
        _refuse_skipped(blocks)
        changed = edits.record_outcomes(app.plan_context(), blocks, done=took_place)
        ending = (
            _done(app, blocks)
            if took_place
            else "did not take place; its time is planned again"
        )
        if not changed:
            ending = f"was {'done' if took_place else 'missed'} already"
        outcome = _Outcome(blocks=blocks, changed=bool(changed), ending=ending)
        return _show_outcome(session, app, outcome, as_json=as_json)


def _refuse_skipped(blocks: Sequence[Block]) -> None:
    for block in blocks:
        if block.state is BlockState.SKIPPED:
            title = one_line(block.title, TITLE)
            raise Mistake(
                f"The block '{title}' was deleted in the calendar: bring it back there, or"
                " tick its task."
            )


def _done(app: App, blocks: Sequence[Block]) -> str:
    early = any(not is_over(block, app.clock.now()) for block in blocks)
    return "is done, ahead of its time" if early else "is done"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What became of blocks; ending: how a sentence on each ends."""

    blocks: Sequence[Block]
    changed: bool
    ending: str


def _show_outcome(session: Session, app: App, outcome: _Outcome, *, as_json: bool) -> int:
    if as_json:
        session.speech.json(_outcome_json(app, outcome))
        return 0
    for block in outcome.blocks:
        title = one_line(block.title, TITLE)
        at = when(block, app.zone, app.clock.now())
        session.speech.line(f"'{title}' ({at}) {outcome.ending}.")
    if len(outcome.blocks) > 1:
        number = count(len(outcome.blocks), "block")
        session.speech.line(f"These are {number}, {total(outcome.blocks)}.")
    if outcome.changed:
        cycle = app.store.history.last_cycle()
        session.speech.note(f"{SPREAD}; `syncd undo c{cycle}` takes this back.")
    return 0


def _outcome_json(app: App, outcome: _Outcome) -> dict[str, Any]:
    words = Words(app.store, app.zone)
    records = app.store.plan.many([block.id for block in outcome.blocks]).values()
    now = [record.entity for record in records if isinstance(record.entity, Block)]
    return {"changed": outcome.changed, "blocks": [block_json(block, words) for block in now]}
