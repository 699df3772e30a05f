"""Values that no service should send, and that one of them will."""

from typing import Any

WRONG: dict[str, Any] = {
    "null": None,
    "true": True,
    "0": 0,
    "-1": -1,
    "1.5": 1.5,
    "1e308": 1e308,
    "a number of 400 digits": 10**400,
    "an empty text": "",
    "a blank": " ",
    "a long text": "x" * 100_000,
    "an empty list": [],
    "an empty object": {},
    "a list of null": [None],
    "an object in an object": {"a": {}},
}
"""A value of another type, or of none."""
ODD_IDS: dict[str, Any] = {
    "null": None,
    "empty": "",
    "a path": "../x",
    "a blank": " ",
    "NUL": "\x00",
    "a line": "a\r\nX: y",
    "half of a character": "\ud83d",
    "a query": "x?y=z#w",
    "an object": {"id": "x"},
    "a number": 7,
    "very long": "x" * 10_000,
}
TEXTS: dict[str, str] = {
    "half of a character": "Book \ud83d now",
    "the other half": "Book \udc00\ud83d now",
    "NUL": "Book \x00 now",
    "a screen that is cleared": "Book \x1b[2J\x1b[H now",
    "a link of the terminal": "Book \x1b]8;;http://evil.invalid\x1b\\here\x1b]8;;\x1b\\ now",
    "a title of the terminal": "Book \x1b]0;owned\x07 now",
    "a bell": "Book \x07\x08\x08\x08 now",
    "C1": "Book \x9b31m\x9d0;x\x9c now",
    "markup": "Book [red]x[/red] [/] [link=http://evil.invalid]y[/link] now",
    "HTML": "Book <script>alert(1)</script> &amp; <img src=x onerror=y> now",
    "Jinja": "Book {{ 7 * 7 }} {% for x in y %} now",
    "the other direction": "Book \u202egnihtyna\u202c \u2066x\u2069 now",
    "lines": "Book\r\nnow\rand\u2028then\u2029and\x0bthen",
    "marks upon marks": "Book " + "o" + "\u0301" * 3000 + " now",
    "very long": "Book " + "long " * 20_000 + "now",
    "blanks of all kinds": "Book\u200b\u00a0\ufeff\u3000now",
    "format": "Book %s %(x)s {0} {x} $HOME `id` now",
}
"""Texts that a person may be shown."""
NO_DATES: dict[str, Any] = {
    "year 0": "0000-01-01",
    "year 10000": "10000-01-01",
    "a year before all": "-1-01-01",
    "month 13": "2026-13-45",
    "hour 25": "2026-12-01T25:61:61Z",
    "seconds since 1970": 1764547200,
    "seconds as text": "1764547200",
    "a word": "tomorrow",
    "digits of another script": "\u0662\u0660\u0662\u0666-\u0661\u0662-\u0660\u0661",
}
FAR_DATES: dict[str, str] = {
    "the last moment": "9999-12-31T23:59:59+14:00",
    "the first moment": "0001-01-01T00:00:00+14:00",
    "the last day": "9999-12-31",
    "the first day": "0001-01-01",
    "a wide zone": "2026-12-24T10:00:00+23:59",
    "a leap second": "2026-12-31T23:59:60Z",
}
FAR_NUMBERS: tuple[Any, ...] = (
    -1,
    1e308,
    -1e308,
    10**400,
    2**63,
    0.1,
    float("nan"),
    float("inf"),
)
