"""What can be chosen of how the sandbox behaves."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


@dataclass(slots=True)
class GoogleSwitches:
    """What can be chosen of how the sandbox behaves.

    revives: whether a cancelled event can be brought back by an update; for some that is
        refused with 403 (googleapis/google-api-ruby-client#1811). ``unrevivable`` are ids
        of events for which it is refused in any case.
    young: for how long a new calendar answers ``young_answer``: "requiredAccessLevel"
        (403) or "notFound" (404).
    tombstones: whether listings tell of a deleted event its "id" alone, or all ("full"),
        as is promised on the organizer's calendar.
    keeps_private: whether a person's copy of an event, or one moved to another calendar,
        keeps the private extended properties (not documented).
    updated_min_reach: how far back ``updatedMin`` may lie (how far it is is assumed).
    per_minute: how many requests are answered in a minute; None is any number (600 a user
        are documented).
    stale: how old the state is that listings and busy times are answered from.
    omits: ids of events that full listings leave out.
    repeats_rows: whether each page begins with the last row of the one before.
    extra_keys: keys that are added to every event, unknown to all clients.
    skew: how far the service's clock is ahead.
    """

    revives: bool = True
    unrevivable: set[str] = field(default_factory=set)
    young: timedelta = timedelta(0)
    young_answer: str = "notFound"
    tombstones: str = "id"
    keeps_private: bool = True
    updated_min_reach: timedelta = timedelta(days=28)
    per_minute: int | None = None
    stale: timedelta = timedelta(0)
    omits: set[str] = field(default_factory=set)
    repeats_rows: bool = False
    extra_keys: dict[str, Any] = field(default_factory=dict)
    skew: timedelta = timedelta(0)
