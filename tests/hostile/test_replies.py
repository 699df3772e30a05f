"""Replies that are whole, and are not what was asked for."""

import pytest

from tests.hostile import acts, endless
from tests.hostile.front import Act
from tests.hostile.plays import SetUp, play
from tests.hostile.scene import TOOLS

ODD: dict[str, Act] = {
    "an empty body": acts.plain(200, ""),
    "204": acts.plain(204, ""),
    "{}": acts.plain(200, "{}"),
    "[]": acts.plain(200, "[]"),
    "null": acts.plain(200, "null"),
    "a text": acts.plain(200, '"all is well"'),
    "a number": acts.plain(200, "1e999"),
    "a captive portal": acts.portal(200),
    "a captive portal's 511": acts.portal(511),
    "another encoding": acts.unknown_encoding("br"),
    "an encoding of nobody": acts.unknown_encoding("x-rot13"),
    "gzip that is none": acts.unknown_encoding("gzip"),
    "UTF-16": acts.plain(200, "{}".encode("utf-16")),
    "bytes": acts.plain(200, b"\xff\xfe\x00\x80"),
    "half of a text": acts.plain(200, '{"a": "\\ud83d"}'),
    "a number of 5,000 digits": acts.plain(200, '{"a": ' + "9" * 5000 + "}"),
    "no HTTP": acts.no_http,
    "nothing": acts.hang_up,
    "too short a length": acts.short_length,
    "too long a length": acts.long_length,
    "a negative length": acts.odd_length("-1"),
    "a length of letters": acts.odd_length("many"),
    "a reset amid the headers": acts.reset_head,
    "a reset amid the body": acts.reset_body,
}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_reply_that_is_none_costs_its_tool_alone(set_up: SetUp, tool: str) -> None:
    play(set_up, tool, ODD)


STATUSES = [
    100,
    103,
    203,
    206,
    300,
    304,
    305,
    402,
    405,
    407,
    409,
    413,
    423,
    451,
    499,
    504,
    520,
    599,
]
BODIES = ["", "{}", "null", "[1]", '{"error": null}', '{"error": [[]]}', '{"message": 5}']
BODIES += [
    '{"error": {"errors": [null], "message": {}}, "code": []}',
    "<html>",
    "\x00",
    "\ud83d",
]


@pytest.mark.parametrize("tool", TOOLS)
def test_a_status_that_nobody_expects_costs_its_tool_alone(set_up: SetUp, tool: str) -> None:
    bodies = [it.encode("utf-8", "surrogatepass") for it in BODIES]
    kinds = {
        f"{status} {bodies[at % len(bodies)]!r}": acts.plain(status, bodies[at % len(bodies)])
        for at, status in enumerate(STATUSES)
    }
    play(set_up, tool, kinds)


REFUSALS = (401, 403, 404, 410, 412)


@pytest.mark.parametrize("tool", TOOLS)
def test_refusals_of_everything_delete_nothing(set_up: SetUp, tool: str) -> None:
    kinds = {
        f"{status} {body}": acts.plain(status, body)
        for status in REFUSALS
        for body in ("null", '{"error": {"errors": [{}], "message": ["no"]}}')
    }
    play(set_up, tool, kinds)


DEEP = 100_000
NESTED = {
    "lists, 100,000 deep": "[" * DEEP,
    "closed lists, 100,000 deep": "[" * DEEP + "]" * DEEP,
    "objects, 100,000 deep": '{"a":' * DEEP,
    "lists in a key, 100,000 deep": '{"unused": ' + "[" * DEEP + "]" * DEEP + "}",
    "objects, 5,000 deep": '{"a":' * 5000 + "1" + "}" * 5000,
    "lists in a key, 5,000 deep": '{"unused": ' + "[" * 5000 + "]" * 5000 + "}",
    "lists, 900 deep": "[" * 900 + "]" * 900,
}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_reply_without_a_ground_costs_its_tool_alone(set_up: SetUp, tool: str) -> None:
    play(set_up, tool, {name: acts.plain(200, body) for name, body in NESTED.items()})


WAITS = {
    name: [value] if isinstance(value, str) else value
    for name, value in {
        "negative": "-5",
        "huge": "99999999999999999999",
        "of 400 digits": "9" * 400,
        "beyond numbers": "1e400",
        "no number": "NaN",
        "infinite": "inf",
        "a day in 9999": "Fri, 31 Dec 9999 23:59:59 GMT",
        "a day long ago": "Thu, 01 Jan 1970 00:00:00 GMT",
        "no day": "Foo, 99 Bar 2026 25:61:61 GMT",
        "garbage": "soon",
        "two": ["5", "nonsense"],
        "white": "  \t ",
        "not ASCII": "fünf Minuten ١٢",
        "a text with a zone of its own": "Fri, 31 Dec 2027 23:59:59 +9999",
        "half": "0.5",
        "underscores": "1_0",
    }.items()
}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_wait_that_makes_no_sense_is_waited_a_day_at_most(set_up: SetUp, tool: str) -> None:
    statuses = (429, 503, 403)
    kinds = {
        f"{statuses[at % 3]}, a wait that is {name}": acts.limited(statuses[at % 3], *values)
        for at, (name, values) in enumerate(WAITS.items())
    }
    play(set_up, tool, kinds)


TRANSFERS = {
    "too many header lines": endless.endless_head,
    "a header line without end": endless.endless_header,
}


@pytest.mark.parametrize("tool", TOOLS)
def test_headers_without_end_cost_their_tool_alone(set_up: SetUp, tool: str) -> None:
    play(set_up, tool, TRANSFERS)
