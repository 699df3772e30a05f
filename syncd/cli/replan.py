"""What another planning would change, in a table and as JSON."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from syncd.app import App
from syncd.cli.lookup import ShortIds, find_matching, only_one, read_day_option
from syncd.cli.output import (
    SPREAD,
    TITLE,
    Json,
    Speech,
    Words,
    add_row,
    day,
    moment_json,
    table,
)
from syncd.cli.schedule import block_json, total, when
from syncd.cli.session import Session
from syncd.engine.blocks import edits
from syncd.engine.blocks.planner_state import PlannerState, sources_of
from syncd.engine.blocks.service import Difference, difference
from syncd.engine.context import Context, today
from syncd.model.entities import Block, Kind
from syncd.model.values import BlockState
from syncd.schedule.problem import Effort
from syncd.text import count, one_line

NOT_READ = "When you are busy was never read, so nothing can be planned yet: run `syncd sync`."


def replan_all(session: Session, *, ask: bool, as_json: bool) -> int:
    """Show what planning all anew would change; ``ask``: have the next sync do it."""
    with session.app() as app:
        context = app.plan_context()
        diff = difference(context, sources_of(context), Effort.FULL)
        if ask:
            memory = PlannerState(app.store)
            memory.remember("wish", str(Effort.FULL))
            memory.ask()
        if as_json:
            session.speech.json({**difference_json(app, diff), "asked": ask})
            return 0
        show_difference(session.speech, app, diff)
        if ask:
            session.speech.note(
                "The next sync plans all anew: `syncd sync`, or the daemon soon."
            )
        elif not diff.empty:
            session.speech.note("Nothing was changed: `syncd schedule --replan` asks for it.")
        return 0


def show_difference(speech: Speech, app: App, diff: Difference) -> None:
    """Show what would be placed, moved and dropped, in order of time."""
    if diff.known is None:
        speech.line(NOT_READ)
        return
    if diff.known.unreadable:
        for sentence in diff.known.unreadable:
            speech.line(sentence)
        speech.line("Until that is mended nothing new is planned.")
        return
    if diff.empty:
        speech.line("No block would move: all stay where they are.")
        return
    zone, now = app.zone, app.clock.now()
    grid = table("", "Was", "Will be", "Title", narrow=("", "Was", "Will be"))
    for what, was, will in _in_order(diff):
        old, new = (when(block, zone, now) if block else "" for block in (was, will))
        add_row(grid, what, old, new, _block_title(was, will))
    speech.show(grid)
    speech.line(summary(diff))


def summary(diff: Difference) -> str:
    """Return how many blocks would change, in words."""
    counts = (
        (len(diff.placed), "new"),
        (len(diff.moved), "moved"),
        (len(diff.dropped), "dropped"),
    )
    parts = [f"{number} {word}" for number, word in counts if number]
    drafts = sum(_only_drafts(change) for change in _in_order(diff))
    rest = f"; {drafts} in drafts only, not in the calendar" if drafts else ""
    return f"Blocks: {', '.join(parts)}{rest}." if parts else "No block would move."


def difference_json(app: App, diff: Difference) -> dict[str, Any]:
    """Return what would change for programs."""
    words = Words(app.store, app.zone)
    return {
        "placed": [block_json(block, words) for block in diff.placed],
        "moved": [
            {**block_json(after, words), "was": _span_json(before, app.zone)}
            for before, after in diff.moved
        ],
        "dropped": [block_json(block, words) for block in diff.dropped],
        "busy_read_at": moment_json(diff.known.at, app.zone) if diff.known else None,
        "unreadable": list(diff.known.unreadable) if diff.known else [],
    }


_Change = tuple[str, Block | None, Block | None]


def _in_order(diff: Difference) -> Sequence[_Change]:
    changes: list[_Change] = [("new", None, block) for block in diff.placed]
    changes += [("moves", before, after) for before, after in diff.moved]
    changes += [("goes", block, None) for block in diff.dropped]
    return sorted(changes, key=_by_time)


def _by_time(change: _Change) -> tuple[float, str]:
    _, was, will = change
    block = will or was
    start = block.start.at.timestamp() if block and block.start else 0.0
    return start, block.id if block else ""


def _only_drafts(change: _Change) -> bool:
    _, was, will = change
    return all(block is None or block.state is BlockState.DRAFT for block in (was, will))


def _block_title(was: Block | None, will: Block | None) -> str:
    block = will or was
    return block.title if block else ""


def _span_json(block: Block, zone: str) -> dict[str, str | None]:
    return {
        "start": moment_json(block.start.at if block.start else None, zone),
        "end": moment_json(block.end.at if block.end else None, zone),
    }


ASSUMED_SINCE = timedelta(days=14)
"""How far back blocks that nobody confirmed are pointed out."""


Since = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="From this day on, such as 2026-12-24 or -3d."),
]


def catch_up(
    ctx: typer.Context,
    *,
    since: Since = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    json: Json = False,
) -> int:
    """Begin afresh from today: let missed blocks go, and plan again.

    With --since, blocks from that day on that count as done though nobody said so are
    let go too.
    """
    return let_missed_go(ctx.obj, since, dry_run=dry_run, as_json=json)


def let_missed_go(session: Session, since: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Let missed blocks go, plan again from now, and show what changes."""
    with session.app() as app:
        first = read_day_option(app, since, "--since") if since else None
        context = app.plan_context()
        if dry_run:
            context = replace(context, store=app.store.copy())
        try:
            let_go = edits.catch_up(context, first)
            diff = _replanned(context)
        finally:
            if dry_run:
                context.store.close()
        hint = _assumed_hint(app, context) if first is None and not dry_run else ""
        if as_json:
            words = Words(app.store, app.zone)
            let_go_json = [block_json(block, words) for block in let_go]
            session.speech.json(
                {"let_go": let_go_json, "written": not dry_run, **difference_json(app, diff)}
            )
            return 0
        _show_let_go(session, app, let_go)
        show_difference(session.speech, app, diff)
        if hint:
            session.speech.note(hint)
        if dry_run:
            session.speech.note("Nothing was changed: `syncd catch-up` does it.")
        elif let_go or not diff.empty:
            session.speech.note(f"{SPREAD}.")
        return 0


def pause(
    ctx: typer.Context,
    *,
    until: Annotated[
        str, typer.Option(metavar="DATE", help="The last day, such as 2026-12-24 or +7d.")
    ],
    since: Since = None,
    json: Json = False,
) -> int:
    """Take leave: nothing is planned up to and with a day."""
    return take_leave(ctx.obj, until, since, as_json=json)


def take_leave(session: Session, until: str, since: str | None, *, as_json: bool) -> int:
    """Take leave, and show what moves."""
    with session.app() as app:
        last = read_day_option(app, until, "--until")
        first = read_day_option(app, since, "--since") if since else None
        context = app.plan_context()
        paused = edits.pause(context, last, first)
        diff = _replanned(context)
        zone, now = app.zone, app.clock.now()
        if as_json:
            words = Words(app.store, zone)
            pinned = [block_json(block, words) for block in paused.pinned]
            span = {"first": paused.first.isoformat(), "last": paused.last.isoformat()}
            session.speech.json({**span, "pinned": pinned, **difference_json(app, diff)})
            return 0
        span_said = f"{day(paused.first, zone, now)} to {day(paused.last, zone, now)}"
        session.speech.line(f"You are away from {span_said}: nothing is planned then.")
        show_difference(session.speech, app, diff)
        _show_pinned(session, app, paused.pinned)
        session.speech.note(f"{SPREAD}; `syncd resume` ends your leave.")
        return 0


def resume(
    ctx: typer.Context,
    which: Annotated[
        str | None,
        typer.Argument(
            metavar="[TASK]", help="A task whose blocks you deleted: plan it again."
        ),
    ] = None,
    *,
    json: Json = False,
) -> int:
    """End your leave; or plan a task again whose blocks you deleted."""
    return end_leave_or_snooze(ctx.obj, which, as_json=json)


def end_leave_or_snooze(session: Session, which: str | None, *, as_json: bool) -> int:
    """End a leave, or want a task again whose blocks were deleted; show what moves."""
    with session.app() as app:
        context = app.plan_context()
        sentence, data = _want_again(app, context, which) if which else _end_leave(app, context)
        diff = _replanned(context)
        if as_json:
            session.speech.json({**data, **difference_json(app, diff)})
            return 0
        session.speech.line(sentence)
        if any(data.values()):
            show_difference(session.speech, app, diff)
            session.speech.note(f"{SPREAD}.")
        return 0


def _end_leave(app: App, context: Context) -> tuple[str, dict[str, Any]]:
    ended = edits.resume(context)
    pauses = [{"first": first.isoformat(), "last": last.isoformat()} for first, last in ended]
    if not ended:
        return "You are not away, and no leave is to come.", {"ended": pauses}
    begun = min(first for first, _ in ended) <= today(app.clock, app.zone)
    spans = _span_words(app, ended)
    sentence = f"Welcome back: your leave from {spans} is over."
    if not begun:
        sentence = f"Your leave from {spans} is called off."
    return sentence, {"ended": pauses}


def _want_again(app: App, context: Context, which: str) -> tuple[str, dict[str, Any]]:
    task = only_one(which, find_matching(app.store, which, (Kind.TASK,))).entity
    number = edits.want_again(context, task.id)
    title, data = one_line(task.title, TITLE), {"task": task.id, "forgotten": number}
    if not number:
        return f"No block of '{title}' was deleted: it is planned as any other.", {}
    return f"'{title}' is wanted again.", data


def _span_words(app: App, spans: Sequence[tuple[date, date]]) -> str:
    now = app.clock.now()
    phrases = [
        f"{day(first, app.zone, now)} to {day(last, app.zone, now)}" for first, last in spans
    ]
    return " and from ".join(phrases)


def _show_let_go(session: Session, app: App, blocks: Sequence[Block]) -> None:
    if not blocks:
        session.speech.line("No block waits for a word: there is nothing to let go.")
        return
    number = count(len(blocks), "block")
    session.speech.line(
        f"Let go: {number}, {total(blocks)}. Life happens; it is planned again from now on."
    )
    shown = table("", "When", "Title", header=False, narrow=("When",))
    for block in blocks:
        add_row(shown, "", when(block, app.zone, app.clock.now()), block.title)
    session.speech.show(shown)


def _show_pinned(session: Session, app: App, blocks: Sequence[Block]) -> None:
    if not blocks:
        return
    ids, now = ShortIds(app.store.plan.ids()), app.clock.now()
    shown = table("", "When", "Title", "Id", header=False, narrow=("When", "Id"))
    for block in blocks:
        add_row(shown, "", when(block, app.zone, now), block.title, ids.of(block.id))
    session.speech.line("What you pinned stays; `syncd unpin ID` lets it move:")
    session.speech.show(shown)


def _assumed_hint(app: App, context: Context) -> str:
    """Point out blocks of late that count as done though nobody said so."""
    since = today(app.clock, app.zone) - ASSUMED_SINCE
    blocks = edits.assumed(context, since)
    if not blocks:
        return ""
    number = count(len(blocks), "block")
    verb = "counts" if len(blocks) == 1 else "count"
    return (
        f"{number} of the last two weeks {verb} as done though nobody said so; if that is"
        f" wrong: `syncd catch-up --since {since}`."
    )


def _replanned(context: Context) -> Difference:
    """Have the next sync improve, not only repair, for much changed; return what it does."""
    PlannerState(context.store).remember("improved_on", None)
    return difference(context, sources_of(context), Effort.LIGHT)
