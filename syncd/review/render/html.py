"""A review as HTML for mail programs: tables, styles on the elements, nothing remote."""

import re
from collections.abc import Callable, Mapping

from jinja2 import DictLoader, Environment, StrictUndefined

from syncd.review.render.elements import Bar, ReviewPage

TEMPLATE = "review.html.j2"
_KEPT_STYLE = '<style data-css-inline="keep">'
"""What no element can have on itself: how the page looks in the dark."""
_UNBROKEN = re.compile(
    r"(?<=\d) (?=%|(?:h|min|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b)"
    r"|(?<=Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?=\d)"
)
_FULL = 100
_SHORT = 12
"""Characters of a cell that is not broken."""
_MOMENT = len("Tue 24 Nov 18:00")
"""The same of the first cell of a row."""


def environment(templates: Mapping[str, str]) -> Environment:
    """Return what fills in templates, which are given by name: each text of a user is escaped."""
    return Environment(
        loader=DictLoader(templates),
        autoescape=True,
        finalize=_unbroken,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html(
    page: ReviewPage,
    templates: Environment,
    inline: Callable[[str], str],
    language: str = "en",
) -> str:
    """Return a page as a whole HTML document.

    inline: puts the rules of a document's style element on its elements, as many mail
    programs know no other styles.
    """
    document = templates.get_template(TEMPLATE).render(
        page=page,
        language=language,
        full=_width,
        pieces=_pieces,
        short=_SHORT,
        moment=_MOMENT,
    )
    inlined = inline(document).replace(_KEPT_STYLE, "<style>", 1)
    # as the texts have it, and shorter
    return inlined.replace("&nbsp;", "\N{NO-BREAK SPACE}").strip() + "\n"


def _width(bar: Bar) -> int:
    """Return how much of a bar is full, in percent."""
    return round(min(1.0, max(0.0, bar.share or 0.0)) * _FULL)


def _unbroken(value: object) -> object:
    """Keep numbers with their units, and days with their months, on one line."""
    if type(value) is str:  # what is HTML already is of another type
        return _UNBROKEN.sub("\N{NO-BREAK SPACE}", value)
    return value


def _pieces(text: str) -> list[str]:
    """Return a sentence in pieces, every other one of which stands between two backticks."""
    pieces = text.split("`")
    return pieces if len(pieces) % 2 else [text]  # one that stands alone is the person's
