"""Values of every type, for whatever the store keeps."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from hypothesis import strategies as st

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, PlanId
from syncd.model.schema import FIELDS, entity_from
from syncd.model.values import FieldSpec, FieldType, Moment, Value
from syncd.store.rows import Record
from syncd.store.store import Store, private_store
from syncd.sync.merge import Author

_DATABASE = private_store()._database
_COUNT = count(1)


def fresh() -> Store:
    """Return the store of a plan that nobody has written to yet."""
    return Store(_DATABASE, PlanId(f"plan {next(_COUNT)}"))


texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)
remote_ids = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=40
)
"""Ids as a tool gives them: the border lets none through that holds a NUL."""
names = st.text("ABCDEFGH", min_size=1, max_size=3)
_FIRST, _LAST = (datetime(year, 1, 1) for year in (1971, 9990))  # noqa: DTZ001  # as asked for
instants = st.datetimes(_FIRST, _LAST, timezones=st.just(UTC))
moments = st.builds(
    Moment, instants, st.sampled_from([None, "UTC", "Europe/Berlin", "Asia/Kathmandu"])
)
days = st.dates(date(1, 1, 1), date(9999, 12, 31))

_PLAIN: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.TEXT: texts,
    FieldType.INT: st.none() | st.integers(-(2**53), 2**53),
    FieldType.NUMBER: st.none() | st.floats(allow_nan=False, allow_infinity=False),
    FieldType.PRIORITY: st.none() | st.integers(1, 4),
    FieldType.BOOL: st.booleans(),
    FieldType.DATE: st.none() | days,
    FieldType.DUE: st.none() | days | moments,
    FieldType.MOMENT: st.none() | moments,
    FieldType.REF: st.none() | names,
    FieldType.REFS: st.frozensets(names, max_size=3),
    FieldType.LABELS: st.frozensets(texts, max_size=3),
    FieldType.PAIRS: st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
}


def values(spec: FieldSpec) -> st.SearchStrategy[Value]:
    """Return the values that a field can hold."""
    if spec.words is not None:
        return st.sampled_from(list(spec.words))
    return _PLAIN[spec.type]


def fields(kind: Kind) -> st.SearchStrategy[dict[str, Value]]:
    """Return all fields of a kind."""
    return st.fixed_dictionaries({name: values(it) for name, it in FIELDS[kind].items()})


authors = st.builds(Author, by=texts, at=st.none() | instants)


@st.composite
def records(draw: st.DrawFn, kinds: tuple[Kind, ...] = tuple(Kind)) -> Record:
    """Return an entity of any kind, and who set some of its fields."""
    kind = draw(st.sampled_from(kinds))
    entity = entity_from(kind, EntityId(draw(names)), draw(instants), draw(fields(kind)))
    who = draw(st.dictionaries(st.sampled_from(sorted(FIELDS[kind])), authors, max_size=3))
    return Record(entity=entity, authors=who)
