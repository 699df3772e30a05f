"""Letters and the people they are for."""

from datetime import UTC, datetime
from typing import Any

from syncd.mail.message import Envelope, Letter, MailAudience, envelope, mail_addresses

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ADA, BEN, EVE = "ada@example.org", "ben@example.org", "eve@example.org"


def letter(**changes: Any) -> Letter:
    said: dict[str, Any] = {
        "plan": "main",
        "kind": "weekly",
        "period": "2026-W47",
        "audience": MailAudience.OWN,
        "subject": "Week 47: 6 h 20 of 8 h",
        "text": "You did well.\n.\n.. and a line with a dot\nFrom here on: more.\n",
        "html": "<h1>You did well.</h1>",
    }
    return Letter(**{**said, **changes})


def ready(*recipients: str, **changes: Any) -> Envelope:
    those = mail_addresses("syncd <syncd@example.org>", recipients or (ADA,), ())
    return envelope(letter(**changes), those, MONDAY)
