"""``syncd pin``, ``unpin``, ``done`` and ``missed``: what a person says of their blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syncd.bootstrap import App
from syncd.cli.agenda import total, when
from syncd.cli.back import SPREAD
from syncd.cli.naming import next_block, settled_blocks
from syncd.cli.past import TITLE
from syncd.text import one_line
from syncd.cli.schedule import block_json
from syncd.cli.session import Session
from syncd.cli.output import Words, count
from syncd.engine.blocks import edits
from syncd.errors import Mistake
from syncd.model.entities import Block
from syncd.model.rules.blocks import is_over
from syncd.model.values import BlockState


def pin(session: Session, which: str, *, as_json: bool) -> int:
    """Keep a block where it is."""
    with session.app() as app:
        block = next_block(app, which, lambda one: one.state is not BlockState.PINNED)
        changed = edits.pin(app.plan_context(), block)
        said = "is pinned: syncd will not move it" if changed else "was pinned already"
        outcome = _Outcome(blocks=[block], changed=changed, said=said)
        return _tell(session, app, outcome, as_json=as_json)


def unpin(session: Session, which: str, *, as_json: bool) -> int:
    """Let syncd move a block again."""
    with session.app() as app:
        block = next_block(app, which, lambda one: one.state is BlockState.PINNED)
        edits.unpin(app.plan_context(), block)
        said = "is not pinned any more: syncd may move it where that is needed"
        outcome = _Outcome(blocks=[block], changed=True, said=said)
        return _tell(session, app, outcome, as_json=as_json)


def settle(session: Session, which: str, *, done: bool, as_json: bool) -> int:
    """Say of blocks that they took place, or that they did not."""
    with session.app() as app:
        blocks = settled_blocks(app, which)
        _refuse_skipped(blocks)
        changed = edits.settle(app.plan_context(), blocks, done=done)
        said = _done(app, blocks) if done else "did not take place; its time is planned again"
        if not changed:
            said = f"was {'done' if done else 'missed'} already"
        outcome = _Outcome(blocks=blocks, changed=bool(changed), said=said)
        return _tell(session, app, outcome, as_json=as_json)


def _refuse_skipped(blocks: Sequence[Block]) -> None:
    for one in blocks:
        if one.state is BlockState.SKIPPED:
            title = one_line(one.title, TITLE)
            raise Mistake(
                f"The block '{title}' was deleted in the calendar: bring it back there, or"
                " tick its task."
            )


def _done(app: App, blocks: Sequence[Block]) -> str:
    early = any(not is_over(one, app.clock.now()) for one in blocks)
    return "is done, ahead of its time" if early else "is done"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What became of blocks; said: the end of a sentence on each."""

    blocks: Sequence[Block]
    changed: bool
    said: str


def _tell(session: Session, app: App, outcome: _Outcome, *, as_json: bool) -> int:
    if as_json:
        session.speech.json(_as_json(app, outcome))
        return 0
    for one in outcome.blocks:
        title = one_line(one.title, TITLE)
        at = when(one, app.zone, app.clock.now())
        session.speech.line(f"'{title}' ({at}) {outcome.said}.")
    if len(outcome.blocks) > 1:
        number = count(len(outcome.blocks), "block")
        session.speech.line(f"These are {number}, {total(outcome.blocks)}.")
    if outcome.changed:
        cycle = app.store.history.last_cycle()
        session.speech.note(f"{SPREAD}; `syncd undo c{cycle}` takes this back.")
    return 0


def _as_json(app: App, outcome: _Outcome) -> dict[str, Any]:
    words = Words(app.store, app.zone)
    records = app.store.plan.many([one.id for one in outcome.blocks]).values()
    now = [one.entity for one in records if isinstance(one.entity, Block)]
    return {"changed": outcome.changed, "blocks": [block_json(one, words) for one in now]}
