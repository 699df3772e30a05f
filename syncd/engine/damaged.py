"""What of the state can't be read, in sentences that say what to do."""

from collections.abc import Iterator

from syncd.model.entities import Kind
from syncd.store.database import Damage
from syncd.store.store import Store

_TODO = "put back a copy of the state that is whole, or correct its row in the table"


def look(store: Store) -> None:
    """Read every row there is, so that the store knows which can't be read."""
    store.plan.survey()
    for _ in store.plan.every():
        pass
    for _ in store.links.every():
        pass
    store.history.rows(limit=-1)
    store.history.conflicts()
    store.journal.every()


def sentences(store: Store) -> Iterator[str]:
    """Yield a sentence on each row that could not be read when that was last tried."""
    for one in store.plan.damaged:
        yield (
            f"The {_word(one)} {one.key} of the plan can't be read ({one.why}): syncd leaves it"
            f" alone everywhere; {_TODO} `entities`."
        )
    for one in store.links.damaged:
        tool, _, entity = one.key.partition(" ")
        yield (
            f"What {tool} holds of the {_word(one)} {entity} can't be read ({one.why}): syncd"
            f" leaves it alone there; {_TODO} `links`."
        )
    for one in store.journal.damaged:
        yield (
            f"A write to {one.of} that is in flight, of {one.key}, can't be read ({one.why}):"
            f" syncd leaves that alone there; {_TODO} `intents`."
        )
    yield from _of_the_past(store)


def _of_the_past(store: Store) -> Iterator[str]:
    for one in store.history.damaged:
        yield (
            f"Change {one.key} of {one.of} in the history can't be read ({one.why}): it is left"
            f" out; {_TODO} `history`."
        )
    for one in store.history.damaged_conflicts:
        yield (
            f"Value {one.key} of {one.of} that lost can't be read ({one.why}): it is left out;"
            f" {_TODO} `conflicts`."
        )


def _word(one: Damage) -> str:
    return Kind(one.kind).name.lower() if one.kind in list(Kind) else f"record ({one.kind})"
