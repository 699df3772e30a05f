"""``syncd catch-up``, ``pause`` and ``resume``: for real life."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from syncd.bootstrap import App
from syncd.cli import lookup
from syncd.cli.agenda import total, when
from syncd.cli.back import SPREAD
from syncd.cli.difference import difference_json, show_difference
from syncd.cli.lookup import day_given
from syncd.cli.past import TITLE
from syncd.text import one_line
from syncd.cli.schedule import block_json
from syncd.cli.session import Session
from syncd.cli.lookup import ShortIds
from syncd.cli.output import row, table
from syncd.cli.output import Words, count, day
from syncd.engine.blocks import edits
from syncd.engine.blocks.memory import Memory
from syncd.engine.blocks.preview import Difference, difference, sources_of
from syncd.engine.context import Context
from syncd.engine.view import today
from syncd.model.entities import Block, Kind
from syncd.schedule.timetable import Effort

LOOK_BACK = timedelta(days=14)
"""How far back blocks that nobody confirmed are pointed out."""


def catch_up(session: Session, since: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Let missed blocks go, plan again from now, and show what changes."""
    with session.app() as app:
        first = day_given(app, since, "--since") if since else None
        context = app.plan_context()
        if dry_run:
            context = replace(context, store=app.store.copy())
        try:
            let_go = edits.catch_up(context, first)
            found = _next(context)
        finally:
            if dry_run:
                context.store.close()
        hint = _assumed(app, context) if first is None and not dry_run else ""
        if as_json:
            words = Words(app.store, app.zone)
            told = [block_json(one, words) for one in let_go]
            session.speech.json(
                {"let_go": told, "written": not dry_run, **difference_json(app, found)}
            )
            return 0
        _tell_let_go(session, app, let_go)
        show_difference(session.speech, app, found)
        if hint:
            session.speech.note(hint)
        if dry_run:
            session.speech.note("Nothing was changed: `syncd catch-up` does it.")
        elif let_go or not found.empty:
            session.speech.note(f"{SPREAD}.")
        return 0


def pause(session: Session, until: str, since: str | None, *, as_json: bool) -> int:
    """Take leave, and show what moves."""
    with session.app() as app:
        last = day_given(app, until, "--until")
        first = day_given(app, since, "--since") if since else None
        context = app.plan_context()
        paused = edits.pause(context, last, first)
        found = _next(context)
        zone, now = app.zone, app.clock.now()
        if as_json:
            words = Words(app.store, zone)
            pinned = [block_json(one, words) for one in paused.pinned]
            span = {"first": paused.first.isoformat(), "last": paused.last.isoformat()}
            session.speech.json({**span, "pinned": pinned, **difference_json(app, found)})
            return 0
        span_said = f"{day(paused.first, zone, now)} to {day(paused.last, zone, now)}"
        session.speech.line(f"You are away from {span_said}: nothing is planned then.")
        show_difference(session.speech, app, found)
        _tell_pinned(session, app, paused.pinned)
        session.speech.note(f"{SPREAD}; `syncd resume` ends your leave.")
        return 0


def resume(session: Session, which: str | None, *, as_json: bool) -> int:
    """End a leave, or want a task again whose blocks were deleted; show what moves."""
    with session.app() as app:
        context = app.plan_context()
        said, told = _want_again(app, context, which) if which else _end_leave(app, context)
        found = _next(context)
        if as_json:
            session.speech.json({**told, **difference_json(app, found)})
            return 0
        session.speech.line(said)
        if any(told.values()):
            show_difference(session.speech, app, found)
            session.speech.note(f"{SPREAD}.")
        return 0


def _end_leave(app: App, context: Context) -> tuple[str, dict[str, Any]]:
    ended = edits.resume(context)
    told = [{"first": first.isoformat(), "last": last.isoformat()} for first, last in ended]
    if not ended:
        return "You are not away, and no leave is to come.", {"ended": told}
    begun = min(first for first, _ in ended) <= today(app.clock, app.zone)
    spans = _spans(app, ended)
    said = f"Welcome back: your leave from {spans} is over."
    if not begun:
        said = f"Your leave from {spans} is called off."
    return said, {"ended": told}


def _want_again(app: App, context: Context, which: str) -> tuple[str, dict[str, Any]]:
    task = lookup.only(which, lookup.matching(app.store, which, (Kind.TASK,))).entity
    number = edits.want_again(context, task.id)
    title, told = one_line(task.title, TITLE), {"task": task.id, "forgotten": number}
    if not number:
        return f"No block of '{title}' was deleted: it is planned as any other.", {}
    return f"'{title}' is wanted again.", told


def _spans(app: App, spans: Sequence[tuple[date, date]]) -> str:
    now = app.clock.now()
    said = [
        f"{day(first, app.zone, now)} to {day(last, app.zone, now)}" for first, last in spans
    ]
    return " and from ".join(said)


def _tell_let_go(session: Session, app: App, blocks: Sequence[Block]) -> None:
    if not blocks:
        session.speech.line("No block waits for a word: there is nothing to let go.")
        return
    number = count(len(blocks), "block")
    session.speech.line(
        f"Let go: {number}, {total(blocks)}. Life happens; it is planned again from now on."
    )
    shown = table("", "When", "Title", header=False, narrow=("When",))
    for one in blocks:
        row(shown, "", when(one, app.zone, app.clock.now()), one.title)
    session.speech.show(shown)


def _tell_pinned(session: Session, app: App, blocks: Sequence[Block]) -> None:
    if not blocks:
        return
    ids, now = ShortIds(app.store.plan.ids()), app.clock.now()
    shown = table("", "When", "Title", "Id", header=False, narrow=("When", "Id"))
    for one in blocks:
        row(shown, "", when(one, app.zone, now), one.title, ids.of(one.id))
    session.speech.line("What you pinned stays; `syncd unpin ID` lets it move:")
    session.speech.show(shown)


def _assumed(app: App, context: Context) -> str:
    """Point out blocks of late that count as done though nobody said so."""
    since = today(app.clock, app.zone) - LOOK_BACK
    found = edits.assumed(context, since)
    if not found:
        return ""
    number = count(len(found), "block")
    verb = "counts" if len(found) == 1 else "count"
    return (
        f"{number} of the last two weeks {verb} as done though nobody said so; if that is"
        f" wrong: `syncd catch-up --since {since}`."
    )


def _next(context: Context) -> Difference:
    """Have the next sync improve, not only repair, for much changed; return what it does."""
    Memory(context.store).remember("improved_on", None)
    return difference(context, sources_of(context), Effort.LIGHT)
