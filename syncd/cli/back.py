"""``syncd undo`` and ``syncd restore``: taking back."""

from collections.abc import Sequence

from syncd.bootstrap import App
from syncd.cli import lookup
from syncd.cli.past import TITLE, cycle_number, list_changes, names_cycle
from syncd.text import one_line
from syncd.cli.session import Session
from syncd.cli.output import Words, count, kind_word
from syncd.engine.blocks.edits import set_state
from syncd.engine.edits import Undone, bring_back
from syncd.engine.edits import undo as take_back
from syncd.errors import Mistake
from syncd.model.entities import Block, kind_of
from syncd.model.rules.blocks import is_over
from syncd.model.values import BlockState
from syncd.store.rows import HistoryRow
from syncd.sync.decide import Presence

SPREAD = "The tools hear of it with the next sync"
_MANY = 1_000_000


def undo(session: Session, what: str) -> int:
    """Take back a change or a cycle, and list what had to stay."""
    with session.app() as app:
        undone = take_back(app.plan_context(), _rows(app, what))
        words = Words(app.store, app.zone)
        speech = session.speech
        if undone.taken_back:
            speech.line(f"Taken back: {count(len(undone.taken_back), 'change')}.")
            list_changes(speech, words, undone.taken_back)
        if undone.kept:
            speech.line("Left as it is, for it was edited since or can't be taken back:")
            list_changes(speech, words, undone.kept)
            _list_later(session, app, undone)
        if not undone.taken_back:
            speech.note("Nothing was taken back: `syncd why ID` tells who set what since.")
            return 1
        cycle = app.store.history.last_cycle()
        speech.note(f"{SPREAD}; `syncd undo c{cycle}` takes this itself back.")
        return 0


def restore(session: Session, which: str) -> int:
    """Bring back what was deleted, in the plan and in the tools."""
    with session.app() as app:
        entity = lookup.entity(app.store, which, archived=True).entity
        said = f"{kind_word(kind_of(entity))} '{one_line(entity.title, TITLE)}'"
        links = app.store.links.of_entity(entity.id).values()
        gone = any(it.presence in (Presence.GONE, Presence.FORGOTTEN) for it in links)
        if not entity.archived and not gone:
            session.speech.note(f"The {said} was not deleted: there is nothing to restore.")
            return 0
        bring_back(app.plan_context(), [entity.id])
        if isinstance(entity, Block) and entity.state is BlockState.SKIPPED:
            set_state(app.plan_context(), [entity.id], _wanted_state(app, entity))
        session.speech.note(f"The {said} is back. {SPREAD}.")
        return 0


def _wanted_state(app: App, block: Block) -> BlockState:
    """A block that is wanted back stays where it was; if it is over, it waits for a word."""
    over = is_over(block, app.clock.now())
    return BlockState.UNCONFIRMED if over else BlockState.PINNED


def _rows(app: App, what: str) -> Sequence[HistoryRow]:
    """Return the changes that are meant. Raises ``Mistake`` where there are none."""
    history = app.store.history
    if names_cycle(what):
        number = cycle_number(what)
        rows = history.rows(cycle=number, limit=_MANY)
        if not rows:
            raise Mistake(f"No change came with cycle c{number}: see `syncd history`.")
        return rows
    digits = what.removeprefix("#")
    found = history.row(int(digits)) if digits.isdecimal() and len(digits) < 18 else None
    if found is None:
        said = one_line(what, 40)
        raise Mistake(
            f"There is no change {said}: take its number, or a cycle such as c12, from"
            " `syncd history`."
        )
    return [found]


def _list_later(session: Session, app: App, undone: Undone) -> None:
    """Show the later edits for which changes were left."""
    taken = {row.seq for row in undone.taken_back}
    ours = app.store.history.last_cycle() if undone.taken_back else -1
    later = {
        later.seq: later
        for row in undone.kept
        for later in app.store.history.rows(entity=row.entity, limit=1000)
        if later.field == row.field and later.seq > row.seq and later.cycle != ours
    }
    shown = [row for seq, row in sorted(later.items(), reverse=True) if seq not in taken]
    if shown:
        session.speech.line("Edited since by:")
        list_changes(session.speech, Words(app.store, app.zone), shown)
