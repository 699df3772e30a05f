"""``syncd history``: what changed in the plan."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syncd.cli import lookup
from syncd.text import one_line
from syncd.cli.session import Session
from syncd.cli.output import Speech, row, table
from syncd.cli.output import Words, local, moment_json
from syncd.engine.damaged import sentences
from syncd.errors import Mistake
from syncd.model.exchange.output import value_to_plain
from syncd.model.fields import REFERENCES
from syncd.model.schema import FIELDS
from syncd.store.rows import HistoryRow

TITLE = 40
"""Characters of a title in a list."""
_CYCLE = re.compile(r"(?:c|cycle[: ]?)(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which changes to list: of one entity, of one cycle, how many."""

    which: str | None
    cycle: str | None
    limit: int


def history(session: Session, wanted: Wanted, *, as_json: bool) -> int:
    """List changes of the plan, newest first."""
    with session.app() as app:
        entity = lookup.entity(app.store, wanted.which).entity.id if wanted.which else None
        cycle = cycle_number(wanted.cycle) if wanted.cycle else None
        rows = app.store.history.rows(entity=entity, cycle=cycle, limit=wanted.limit + 1)
        shown = rows[: wanted.limit]
        if as_json:
            session.speech.json({"changes": [change_json(one, app.zone) for one in shown]})
            return 0
        list_changes(session.speech, Words(app.store, app.zone), shown)
        if len(rows) > wanted.limit:
            session.speech.note(
                f"There are older ones: `--limit {wanted.limit * 4}` shows more."
            )
        unread = list(sentences(app.store))
        session.warn(unread)
        if not rows and not unread:
            session.speech.note(
                "Nothing has changed yet: `syncd plan import` makes a beginning."
            )
        return 0


def cycle_number(text: str) -> int:
    """Return the number of a cycle that was named as c12, or 12. Raises ``Mistake``."""
    found = _CYCLE.fullmatch(text) or re.fullmatch(r"(\d{1,9})", text)
    if found is None:
        said = one_line(text, 40)
        raise Mistake(f"'{said}' is no cycle: take one such as c12 from `syncd history`.")
    return int(found[1])


def names_cycle(text: str) -> bool:
    """Say whether a text names a cycle, not a change."""
    return _CYCLE.fullmatch(text) is not None


def list_changes(speech: Speech, words: Words, rows: Sequence[HistoryRow]) -> None:
    """Show changes as a table."""
    if not rows:
        return
    words.learn(_mentioned(rows))
    made = table("No", "Cycle", "When", "By", "What", narrow=("No", "Cycle", "When"))
    for one in rows:
        when = local(one.set_at or one.at, words.zone)
        title = one_line(one.title, TITLE) or words.title(one.entity)
        row(made, str(one.seq), f"c{one.cycle}", when, one.by, f"{title}: {words.change(one)}")
    speech.show(made)


def _mentioned(rows: Sequence[HistoryRow]) -> set[str]:
    """Return the ids of all that the changes speak of."""
    found: set[str] = {one.entity for one in rows}
    for one in rows:
        spec = FIELDS[one.kind].get(one.field)
        if spec is None or spec.type not in REFERENCES:
            continue
        for value in (one.before, one.after):
            found.update(value if isinstance(value, frozenset) else [str(value or "")])
    return found


def change_json(one: HistoryRow, zone: str) -> dict[str, Any]:
    """Return a change as JSON."""
    return {
        "change": one.seq,
        "cycle": one.cycle,
        "at": moment_json(one.at, zone),
        "set_at": moment_json(one.set_at, zone),
        "by": one.by,
        "id": one.entity,
        "kind": one.kind,
        "title": one.title,
        "field": one.field,
        "before": value_to_plain(one.before, zone),
        "after": value_to_plain(one.after, zone),
    }
