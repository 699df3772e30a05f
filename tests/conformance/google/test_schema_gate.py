"""The gate itself: it lets through what is as described, and nothing else."""

import pytest

from tests.conformance.google.schema_gate import Gate, error_faults, faults

EVENT = {
    "kind": "calendar#event",
    "etag": '"3555765624356714"',
    "id": "k5v0c2m8q1t7h3n9p4r6s0u2a1",
    "updated": "2026-05-04T08:20:12.178Z",
    "start": {"date": "2026-06-15"},
    "extendedProperties": {"private": {"anything": "goes"}},
}
"""As the service states it: the etag is twice the microseconds of the last edit."""


def test_an_event_as_the_service_states_it_passes() -> None:
    assert faults(EVENT) == []
    assert (
        faults({"kind": "calendar#events", "items": [EVENT], "updated": EVENT["updated"]}) == []
    )


WRONG = {
    "unknown-name": {"colour": "red"},
    "unknown-name-within": {"start": {"day": "2026-06-15"}},
    "number-for-text": {"summary": 5},
    "text-for-a-number": {"sequence": "0"},
    "truth-for-a-number": {"sequence": True},
    "text-for-an-object": {"start": "2026-06-15"},
    "object-for-a-list": {"attendees": {}},
    "wrong-within-a-list": {"attendees": [{"email": 5}]},
    "no-date": {"start": {"date": "15.6.2026"}},
    "no-time": {"created": "2026-05-04 08:20:12"},
    "time-without-offset": {"created": "2026-05-04T08:20:12"},
    "null": {"summary": None},
    "etag-of-another-moment": {"etag": '"3555765624000000"'},
    "unknown-kind": {"kind": "calendar#nothing"},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_what_is_not_as_described_is_told(change: dict[str, object]) -> None:
    assert len(faults({**EVENT, **change})) == 1


def test_a_reply_that_is_no_object_is_told() -> None:
    assert faults([EVENT])
    assert faults({})


def test_an_error_says_its_code_reason_domain_and_message() -> None:
    one = {"domain": "global", "reason": "notFound", "message": "Not Found"}
    whole = {"error": {"code": 404, "message": "Not Found", "errors": [one]}}
    assert error_faults(whole) == []
    assert error_faults({"error": {"code": 404}}) == [
        "an error without message",
        "an error without reason",
        "an error without domain",
    ]
    assert error_faults({}) != []


def test_the_gate_notes_what_has_a_body_or_none_by_mistake() -> None:
    gate = Gate(None)
    gate.check("DELETE x", 204, {}, b"")
    gate.check("GET x", 200, {"etag": "other"}, b'{"kind": "calendar#event", "etag": "one"}')
    gate.check("DELETE x", 204, {}, b"{}")
    gate.check("GET y", 501, {}, b"{}")
    assert gate.seen == 4
    assert gate.wrong == [
        "GET x 200: the header ETag is not the body's",
        "DELETE x 204: a body where there is none",
        "GET y 501: it is not in the sandbox",
    ]
