"""A review as HTML for mail programs: tables, styles on the elements, nothing remote."""

import re
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, StrictUndefined, Template

from syncd.review.render.parts import Bar, ReviewPage
from syncd.review.render.template import PAGE

_TOGETHER = re.compile(
    r"(?<=\d) (?=%|(?:h|min|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b)"
    r"|(?<=Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?=\d)"
)
_FULL = 100
_SHORT = 12
"""Characters of a cell that is not broken."""
_MOMENT = len("Tue 24 Nov 18:00")
"""The same of the first cell of a row."""
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
STYLES: Mapping[str, str] = {
    "body": "margin:0;padding:0;background:#ffffff;color:#1f2937",
    "page": "width:100%;max-width:700px;margin:0 auto;border-collapse:collapse",
    "in": f"padding:16px;{_FONT};font-size:16px;line-height:1.5;word-break:break-word",
    "h1": "margin:0;font-size:24px;line-height:1.25;color:#111827",
    "h2": "margin:28px 0 8px;font-size:18px;line-height:1.3;color:#111827",
    "h3": "margin:12px 0 4px;font-size:15px;line-height:1.4;color:#374151",
    "span": "margin:2px 0 12px;font-size:14px;color:#4b5563",
    "verdict": "margin:0;font-size:18px;line-height:1.45;font-weight:600;color:#111827",
    "p": "margin:6px 0",
    "note": "margin:2px 0 0;font-size:14px;color:#4b5563",
    "table": "width:100%;border-collapse:collapse;margin:8px 0;font-size:15px;text-align:left",
    "th": "padding:4px 8px 4px 0;font-size:13px;white-space:nowrap;color:#4b5563;"
    "border-bottom:1px solid #9ca3af",
    "td": "padding:5px 8px 5px 0;border-bottom:1px solid #9ca3af",
    "num": "padding:5px 8px 5px 0;border-bottom:1px solid #9ca3af;white-space:nowrap",
    "row": "padding:5px 8px 5px 0;border-bottom:1px solid #9ca3af;font-weight:400",
    "when": "padding:5px 8px 5px 0;border-bottom:1px solid #9ca3af;font-weight:400;"
    "white-space:nowrap",
    "bar": "width:100%;border-collapse:collapse;margin:4px 0",
    "full": "height:10px;font-size:1px;background:#2563eb",
    "rest": "height:10px;font-size:1px;background:#d1d9e6",
    "goal": "padding:8px 0",
    "small": "padding:2px 10px 2px 0;font-size:14px;white-space:nowrap",
    "ul": "margin:4px 0;padding:0 0 0 20px",
    "code": "font-family:Menlo,Consolas,monospace;font-size:14px;padding:1px 5px;"
    "background:#eef2f7;color:#1f2937",
    "quote": "margin:4px 0 12px;padding:2px 0 2px 12px;border-left:3px solid #9ca3af",
    "a": "color:#1d4ed8",
    "good": "font-size:13px;font-weight:600;color:#166534",
    "warn": "font-size:13px;font-weight:600;color:#92400e",
    "bad": "font-size:13px;font-weight:600;color:#b91c1c",
    "plain": "font-size:13px;font-weight:600;color:#374151",
}
"""What each kind of element looks like in the light."""
DARK = frozenset(
    [
        "body",
        "h1",
        "h2",
        "h3",
        "verdict",
        "span",
        "note",
        "th",
        "full",
        "rest",
        "code",
        "a",
        "good",
        "warn",
        "bad",
        "plain",
    ]
)
"""Those that look different in the dark, by the page's one style element."""


def html(page: ReviewPage, language: str = "en") -> str:
    """Return a page as a whole HTML document."""
    written = _template().render(
        page=page,
        s=STYLES,
        dark=DARK,
        language=language,
        full=_width,
        short=_SHORT,
        moment=_MOMENT,
    )
    return written.strip() + "\n"


def _width(bar: Bar) -> int:
    """Return how much of a bar is full, in percent."""
    return round(min(1.0, max(0.0, bar.share or 0.0)) * _FULL)


def _unbroken(value: object) -> object:
    """Keep numbers with their units, and days with their months, on one line."""
    if type(value) is str:  # what is HTML already is of another type
        return _TOGETHER.sub("\N{NO-BREAK SPACE}", value)
    return value


def _pieces(text: str) -> list[str]:
    """Return a sentence in pieces, every other one of which stands between two backticks."""
    pieces = text.split("`")
    return pieces if len(pieces) % 2 else [text]  # one that stands alone is the person's


@cache
def _template() -> Template:
    made = Environment(
        autoescape=True,
        finalize=_unbroken,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["pieces"] = _pieces
    return made.from_string(PAGE)
