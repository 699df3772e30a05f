"""What another planning would change, in a table and as JSON."""

from collections.abc import Sequence
from typing import Any

from syncd.bootstrap import App
from syncd.cli.agenda import when
from syncd.cli.schedule import block_json
from syncd.cli.session import Session
from syncd.cli.output import Speech, row, table
from syncd.cli.output import Words, moment_json
from syncd.engine.blocks.memory import Memory
from syncd.engine.blocks.preview import Difference, difference, sources_of
from syncd.model.entities import Block
from syncd.model.values import BlockState
from syncd.schedule.timetable import Effort

NOT_READ = "When you are busy was never read, so nothing can be planned yet: run `syncd sync`."


def replan(session: Session, *, ask: bool, as_json: bool) -> int:
    """Show what planning all anew would change; ``ask``: have the next sync do it."""
    with session.app() as app:
        context = app.plan_context()
        found = difference(context, sources_of(context), Effort.FULL)
        if ask:
            memory = Memory(app.store)
            memory.remember("wish", str(Effort.FULL))
            memory.ask()
        if as_json:
            session.speech.json({**difference_json(app, found), "asked": ask})
            return 0
        show_difference(session.speech, app, found)
        if ask:
            session.speech.note(
                "The next sync plans all anew: `syncd sync`, or the daemon soon."
            )
        elif not found.empty:
            session.speech.note("Nothing was changed: `syncd schedule --replan` asks for it.")
        return 0


def show_difference(speech: Speech, app: App, found: Difference) -> None:
    """Show what would be placed, moved and dropped, in order of time."""
    if found.known is None:
        speech.line(NOT_READ)
        return
    if found.known.unreadable:
        for sentence in found.known.unreadable:
            speech.line(sentence)
        speech.line("Until that is mended nothing new is planned.")
        return
    if found.empty:
        speech.line("No block would move: all stay where they are.")
        return
    zone, now = app.zone, app.clock.now()
    made = table("", "Was", "Will be", "Title", narrow=("", "Was", "Will be"))
    for what, was, will in _in_order(found):
        old, new = (when(one, zone, now) if one else "" for one in (was, will))
        row(made, what, old, new, _title(was, will))
    speech.show(made)
    speech.line(summary(found))


def summary(found: Difference) -> str:
    """Return how many blocks would change, in words."""
    counts = (
        (len(found.placed), "new"),
        (len(found.moved), "moved"),
        (len(found.dropped), "dropped"),
    )
    said = [f"{number} {word}" for number, word in counts if number]
    drafts = sum(_only_drafts(one) for one in _in_order(found))
    rest = f"; {drafts} in drafts only, not in the calendar" if drafts else ""
    return f"Blocks: {', '.join(said)}{rest}." if said else "No block would move."


def difference_json(app: App, found: Difference) -> dict[str, Any]:
    """Return what would change for programs."""
    words = Words(app.store, app.zone)
    return {
        "placed": [block_json(one, words) for one in found.placed],
        "moved": [
            {**block_json(after, words), "was": _span(before, app.zone)}
            for before, after in found.moved
        ],
        "dropped": [block_json(one, words) for one in found.dropped],
        "busy_read_at": moment_json(found.known.at, app.zone) if found.known else None,
        "unreadable": list(found.known.unreadable) if found.known else [],
    }


_Change = tuple[str, Block | None, Block | None]


def _in_order(found: Difference) -> Sequence[_Change]:
    changes: list[_Change] = [("new", None, one) for one in found.placed]
    changes += [("moves", before, after) for before, after in found.moved]
    changes += [("goes", one, None) for one in found.dropped]
    return sorted(changes, key=_key)


def _key(change: _Change) -> tuple[float, str]:
    _, was, will = change
    one = will or was
    start = one.start.at.timestamp() if one and one.start else 0.0
    return start, one.id if one else ""


def _only_drafts(change: _Change) -> bool:
    _, was, will = change
    return all(it is None or it.state is BlockState.DRAFT for it in (was, will))


def _title(was: Block | None, will: Block | None) -> str:
    one = will or was
    return one.title if one else ""


def _span(block: Block, zone: str) -> dict[str, str | None]:
    return {
        "start": moment_json(block.start.at if block.start else None, zone),
        "end": moment_json(block.end.at if block.end else None, zone),
    }
