"""Whatever a service answers, what comes out is the contract's."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from syncd.connect.contract import Toolbox
from syncd.connect.network import Network, RateLimiter
from syncd.errors import SyncdError
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Op, Pull, Seen, Write, content_hash
from syncd.testing.fake_clock import FakeClock
from syncd.testing.in_memory_connector import DictMemory
from syncd.testing.samples import sample
from syncd_google.connector import GoogleConnector
from syncd_google.settings import GoogleSettings
from tests.examples import examples

KINDS = [Kind.MILESTONE, Kind.BLOCK]
WEEK = (datetime(2026, 8, 2, 22, tzinfo=UTC), datetime(2026, 8, 9, 22, tzinfo=UTC))
TEXTS = st.sampled_from(["", "cancelled", "2026-06-15", "9999-12-31", "\ud83d", "x", "✓ x"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.just(10**400),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)


def some(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with some of these parts, some of which are something else."""
    return st.fixed_dictionaries(
        {}, optional={name: part | ANYTHING for name, part in parts.items()}
    )


MOMENTS = st.datetimes(timezones=st.sampled_from([None, UTC])).map(datetime.isoformat)
TIMES = some(dateTime=MOMENTS, date=st.dates().map(date.isoformat), timeZone=st.just("UTC"))
PRIVATE = st.fixed_dictionaries(
    {"syncd": st.just("e")},
    optional={
        "syncd-kind": st.just("block"),
        "syncd-at": st.just("by hand") | ANYTHING,
        "syncd-task": st.just("t") | ANYTHING,
        "syncd-links": st.just("Notion") | ANYTHING,
    },
)
EVENTS = st.builds(
    lambda event, rest: {**event, **rest},
    st.fixed_dictionaries(
        {
            "id": st.just("x"),
            "etag": st.just('"1"'),
            "extendedProperties": st.fixed_dictionaries({"private": PRIVATE}),
        }
    ),
    some(summary=TEXTS, start=TIMES, end=TIMES, description=TEXTS, status=st.just("cancelled")),
)
ANSWERS = st.builds(
    lambda event, page: {**event, **page},
    EVENTS | st.just({}),
    some(
        items=st.lists(EVENTS | ANYTHING, max_size=3),
        nextSyncToken=TEXTS,
        timeZone=st.just("Europe/Berlin"),
        calendars=some(primary=some(busy=st.lists(TIMES), errors=ANYTHING)),
    ),
)


class Says:
    """A service that gives one answer to whatever it is asked."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self._answer


@examples(300)
@given(ANSWERS, st.sampled_from(KINDS))
def test_whatever_is_answered_ends_in_a_sentence(answer: dict[str, Any], kind: Kind) -> None:
    for does in DOES:
        answer_of = what(does, over(Says(answer)), kind)
        assert not isinstance(answer_of, Exception) or str(answer_of).endswith(".")
        for item in answer_of.items if isinstance(answer_of, Pull) else ():
            assert content_hash(item)


def what(does: Any, connector: GoogleConnector, kind: Kind) -> Any:
    """Return what came of it, or what the contract says went wrong."""
    try:
        return does(connector, kind)
    except SyncdError as error:
        return error


FIELDS = {kind: {**sample(kind, "Exam", {}), "title": "Exam"} for kind in KINDS}
DOES: list[Callable[[GoogleConnector, Kind], Any]] = [
    lambda it, _: it.pull(None),
    lambda it, kind: it.read(kind, RemoteId("x")),
    lambda it, kind: it.find(new(it, Op.CREATE, kind)),
    lambda it, kind: it.write([new(it, Op.CREATE, kind)]),
    lambda it, kind: it.write([new(it, Op.UPDATE, kind)]),
    lambda it, kind: it.write([new(it, Op.DELETE, kind)]),
    lambda it, _: it.busy(*WEEK),
    lambda it, _: unbound(it).bind(),
    lambda it, _: unbound(it).provision(),
]


def new(connector: GoogleConnector, op: Op, kind: Kind) -> Write:
    fields, there = connector.fit(kind, FIELDS[kind]), Seen(id=RemoteId("x"))
    return Write(op=op, key="k", kind=kind, entity=EntityId("e"), fields=fields, seen=there)


def unbound(connector: GoogleConnector) -> GoogleConnector:
    connector._toolbox.memory.put("calendar", None)
    return connector


def over(client: Any) -> GoogleConnector:
    """Return a connector over a client, with a calendar that is bound."""
    clock = FakeClock()
    memory = DictMemory()
    memory.put("calendar", {"id": "c@x", "zone": "Europe/Paris"})
    toolbox = Toolbox(
        clock=clock,
        memory=memory,
        network=Network(limiter=RateLimiter(clock)),
        timezone="Europe/Paris",
        new_key=lambda: "k",
    )
    return GoogleConnector(GoogleSettings(), toolbox, lambda: client)
