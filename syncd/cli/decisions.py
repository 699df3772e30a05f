"""``syncd conflicts``, ``approve`` and ``reject``: what waits for the person's decision."""

from typing import Annotated, Any

import typer

from syncd.cli.lookup import ToolArgument, find_tool, tool_title
from syncd.cli.output import (
    SPREAD,
    TITLE,
    Json,
    Speech,
    Words,
    conflict_words,
    field_word,
    local,
    moment_json,
)
from syncd.cli.session import Session
from syncd.engine.approvals import record_approval
from syncd.engine.cycle_report import sentences
from syncd.engine.edits import take_lost
from syncd.errors import Mistake
from syncd.model.exchange.output import value_to_plain
from syncd.store.rows import ConflictRow
from syncd.store.tool_store import Consent
from syncd.text import one_line


def conflicts(
    ctx: typer.Context,
    *,
    take: Annotated[
        int | None, typer.Option(metavar="N", help="Take the value that lost after all.")
    ] = None,
    keep: Annotated[
        int | None, typer.Option(metavar="N", help="Agree with the value that won.")
    ] = None,
    json: Json = False,
) -> int:
    """List the values that lost, or take one after all.

    Where two tools changed the same thing since they last agreed, one value wins and
    the other is kept here.
    """
    if take is not None:
        return take_loser(ctx.obj, take)
    if keep is not None:
        return keep_winner(ctx.obj, keep)
    return list_conflicts(ctx.obj, as_json=json)


def list_conflicts(session: Session, *, as_json: bool) -> int:
    """List the values that lost and that nobody has looked at yet."""
    with session.app() as app:
        rows = app.store.history.conflicts(resolved=False)
        if as_json:
            session.speech.json({"conflicts": [_as_json(row, app.zone) for row in rows]})
            return 0
        unread = list(sentences(app.store))
        session.warn(unread)
        if not rows:
            if not unread:
                session.speech.note("No value lost: there is nothing to decide.")
            return 0
        _list(session.speech, session.words(app), rows)
        session.speech.note(
            "`syncd conflicts --take N` takes the value that lost; `--keep N` agrees with the"
            " one that won."
        )
        return 0


def take_loser(session: Session, number: int) -> int:
    """Give a field the value that lost."""
    with session.app() as app:
        row = _one(app.store.history.conflicts(), number)
        title = one_line(take_lost(app.plan_context(), number), TITLE)
        lost = Words(app.store, app.zone).value(row.kind, row.field, row.lost)
        session.speech.note(f"'{title}': {field_word(row.field)} is {lost} now. {SPREAD}.")
        return 0


def keep_winner(session: Session, number: int) -> int:
    """Take a conflict off the list: the value that won stays."""
    with session.app() as app:
        row = _one(app.store.history.conflicts(), number)
        app.store.history.resolve_conflict(number)
        won = Words(app.store, app.zone).value(row.kind, row.field, row.won)
        title = one_line(row.title, TITLE)
        session.speech.note(f"'{title}': {field_word(row.field)} stays {won}.")
        return 0


def _one(rows: list[ConflictRow], number: int) -> ConflictRow:
    known = next((row for row in rows if row.seq == number), None)
    if known is None:
        raise Mistake(f"There is no conflict {number}: `syncd conflicts` lists them.")
    return known


def _list(speech: Speech, words: Words, rows: list[ConflictRow]) -> None:
    shown = []
    for row in rows:
        won = "kept" if row.field == "archived" else words.value(row.kind, row.field, row.won)
        field = "" if row.field == "archived" else f": {field_word(row.field)}"
        cells = (
            str(row.seq),
            local(row.lost_at or row.at, words.zone),
            f"{one_line(row.title, words.longest and TITLE)}{field}",
            f"{won} ({row.won_by})",
            f"{conflict_words(words, row)} ({row.lost_by})",
        )
        shown.append(cells)
    speech.records(("No", "When", "What", "Won", "Lost"), shown, brief=2)


def _as_json(row: ConflictRow, zone: str) -> dict[str, Any]:
    return {
        "conflict": row.seq,
        "cycle": row.cycle,
        "at": moment_json(row.at, zone),
        "id": row.entity,
        "kind": row.kind,
        "title": row.title,
        "field": row.field,
        "won": value_to_plain(row.won, zone),
        "won_by": row.won_by,
        "lost": value_to_plain(row.lost, zone),
        "lost_by": row.lost_by,
        "lost_at": moment_json(row.lost_at, zone),
    }


_DECIDED = {
    Consent.APPROVED: "You accept this.",
    Consent.REJECTED: "You refuse this: the plan's side is restored there.",
}


PlanHash = Annotated[
    str, typer.Option("--plan", metavar="HASH", help="Decide only if it is still this plan.")
]


def approve(ctx: typer.Context, tool: ToolArgument, *, plan: PlanHash = "") -> int:
    """Accept what a held tool is held for, once."""
    return _decide(ctx.obj, tool, plan, Consent.APPROVED)


def reject(ctx: typer.Context, tool: ToolArgument, *, plan: PlanHash = "") -> int:
    """Refuse what a held tool is held for.

    The plan's side is restored there.
    """
    return _decide(ctx.obj, tool, plan, Consent.REJECTED)


def _decide(session: Session, text: str, plan: str, consent: Consent) -> int:
    with session.app() as app:
        name = find_tool(app, text)
        record_approval(app.store, name, consent, plan or None)
        row = app.store.tools.get(name)
        title = tool_title(app, name)
        session.speech.line(f"{title}: {row.held['why']}.")
        session.speech.line(
            f"{_DECIDED[consent]} This holds once, for plan {row.held['hash']}."
        )
        session.speech.note("The next sync does it: `syncd sync`, or the daemon soon.")
        return 0
