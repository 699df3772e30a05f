"""Days that a person typed."""

from datetime import date

from syncd.app import App
from syncd.errors import Mistake
from syncd.model.exchange.source import Unreadable
from syncd.model.exchange.values import Here, read_day


def day_given(app: App, text: str, option: str) -> date:
    """Return the day that an option names, as 2026-12-24, +7d or tomorrow.

    Raises ``Mistake``.
    """
    try:
        return read_day(text, Here(app.clock.now(), app.zone))
    except Unreadable as error:
        raise Mistake(f"`{option}`: {error}.") from None
