from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import Kind
from syncd.model.exchange.output import Unreadable
from syncd.model.exchange.values import Here, read_value
from syncd.model.schema import FIELDS
from syncd.model.values import REFERENCES

HERE = Here(datetime(2026, 3, 10, 8, tzinfo=UTC), "Europe/Berlin")
GOAL, TASK = FIELDS[Kind.GOAL], FIELDS[Kind.TASK]
SKILL, CONTACT, REVIEW = FIELDS[Kind.SKILL], FIELDS[Kind.CONTACT], FIELDS[Kind.REVIEW]


@pytest.mark.parametrize(
    ("spec", "raw", "value"),
    [
        (GOAL["title"], "No", "No"),
        (GOAL["title"], 2026, "2026"),
        (GOAL["title"], 1.5, "1.5"),
        (GOAL["title"], True, "true"),
        (GOAL["title"], None, ""),
        (GOAL["status"], "ACTIVE", "active"),
        (GOAL["status"], None, "planned"),
        (GOAL["pace"], "On_Track", "on track"),
        (FIELDS[Kind.PROFILE]["horizon"], "3-5 Years", "3-5 years"),
        (FIELDS[Kind.PROFILE]["horizon"], "3–5 years", "3-5 years"),  # noqa: RUF001  # the dash is the point
        (FIELDS[Kind.PROFILE]["horizon"], "5+ years", "5+ years"),
        (FIELDS[Kind.PROFILE]["aspect"], "growth-area", "growth area"),
        (GOAL["priority"], "P1", 1),
        (GOAL["priority"], "p4", 4),
        (GOAL["priority"], 3, 3),
        (GOAL["priority"], "2", 2),
        (GOAL["target"], "12.5", 12.5),
        (GOAL["target"], 12, 12),
        (GOAL["target"], "-3e2", -300),
        (TASK["estimate_minutes"], "90", 90),
        (TASK["estimate_minutes"], 90.0, 90),
        (TASK["estimate_minutes"], "1h 30", 90),
        (TASK["estimate_minutes"], "2 hours", 120),
        (TASK["estimate_minutes"], "45 min", 45),
        (TASK["estimate_minutes"], "0", 0),
        (SKILL["level"], "5", 5),
        (CONTACT["cadence_days"], "30", 30),
        (TASK["done"], "yes", True),
        (TASK["done"], "x", True),
        (TASK["done"], False, False),
        (TASK["done"], 0, False),
        (TASK["done"], None, False),
        (TASK["labels"], "deep work, home,,", frozenset({"deep work", "home"})),
        (TASK["labels"], ["a", 7, " "], frozenset({"a", "7"})),
        (TASK["labels"], [], frozenset()),
        (TASK["recurrence"], "every Monday", "FREQ=WEEKLY;BYDAY=MO"),
        (TASK["recurrence"], None, ""),
        (REVIEW["facts"], {"b": 1, "a": "ü"}, '{"a": "ü", "b": 1}'),
        (REVIEW["facts"], "plain", "plain"),
        (REVIEW["answers"], {"What went well?": "All"}, (("What went well?", "All"),)),
        (REVIEW["answers"], [{"prompt": "Why?", "text": None}], (("Why?", ""),)),
        (FIELDS[Kind.BLOCK]["zone"], "Asia/Tokyo", "Asia/Tokyo"),
    ],
)
def test_a_value_is_read(spec: Any, raw: Any, value: Any) -> None:
    read = read_value(spec, raw, None, HERE)
    assert read == value
    assert type(read) is type(value) or isinstance(value, str | float | int)


@pytest.mark.parametrize(
    ("spec", "raw", "says"),
    [
        (GOAL["title"], ["a"], "write one text"),
        (GOAL["title"], {"a": 1}, "write one text"),
        pytest.param(GOAL["title"], 10**5000, "write words", id="digits"),
        pytest.param(GOAL["notes"], "x" * 1_000_001, "keep it under 1,000,000", id="long"),
        (GOAL["status"], "activ", "did you mean 'active'"),
        (GOAL["status"], "whatever", "write planned, active, done, paused or dropped"),
        (GOAL["status"], 3, "write planned"),
        (GOAL["priority"], "P5", "write 1"),
        (GOAL["priority"], 2.5, "write 1"),
        (GOAL["priority"], "high", "write 1"),
        (GOAL["priority"], True, "write 1"),
        (GOAL["target"], "many", "write one such as"),
        (GOAL["target"], "nan", "write one such as"),
        (GOAL["target"], 10**400, "write one such as"),
        (GOAL["target"], "1,5", "write one such as"),
        (TASK["estimate_minutes"], "long", "write minutes"),
        (TASK["estimate_minutes"], -5, "write 0 to"),
        (TASK["estimate_minutes"], 1.5, "write minutes"),
        pytest.param(TASK["estimate_minutes"], "9" * 5000, "write", id="nines"),
        (SKILL["level"], 6, "write 0 to 5"),
        (CONTACT["cadence_days"], 0, "write 1 to"),
        (TASK["done"], "maybe", "write true or false"),
        (TASK["done"], [], "write true or false"),
        (TASK["labels"], 5, "write a list"),
        (TASK["labels"], [["a"]], "write a list"),
        (TASK["recurrence"], "sometimes", "'every week'"),
        (REVIEW["facts"], {"a": float("nan")}, "leave them out"),
        (REVIEW["facts"], {"a": object()}, "leave them out"),
        (REVIEW["answers"], "all well", "each prompt"),
        (FIELDS[Kind.BLOCK]["zone"], "Mars", "Europe/Berlin"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_gets_a_sentence_that_says_what_to_write(
    spec: Any, raw: Any, says: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read_value(spec, raw, None, HERE)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 250
    assert str(caught.value).isprintable()


SPECS = [
    spec for specs in FIELDS.values() for spec in specs.values() if spec.type not in REFERENCES
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.dates()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(spec=st.sampled_from(SPECS), raw=ANYTHING, zone=ANYTHING)
def test_anything_is_read_or_gets_a_sentence(spec: Any, raw: Any, zone: Any) -> None:
    try:
        read_value(spec, raw, zone, HERE)
    except Unreadable as why:
        said = str(why)
    else:
        said = ""
    assert said.isprintable()
