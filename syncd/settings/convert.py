"""What the settings want, in the values that the parts work with."""

from datetime import date

from syncd.model.values import ReviewKind
from syncd.review.periods import ReviewRule
from syncd.schedule.problem import Preferences
from syncd.settings.messages import WEEKDAYS, clock_span, review_moment
from syncd.settings.schema import Settings


def preferences(settings: Settings) -> Preferences:
    """Return what the settings say of the person's time."""
    table = settings.schedule
    hours = [getattr(table.hours, name) for name in WEEKDAYS]
    liked = tuple(clock_span(window) for window in table.liked)
    return Preferences(
        zone=settings.plan.timezone,
        hours={day: tuple(map(clock_span, spans)) for day, spans in enumerate(hours)},
        liked=dict.fromkeys(range(7), liked) if liked else {},
        rest_weekdays=frozenset(
            WEEKDAYS.index(day) for day in table.rest_days if day in WEEKDAYS
        ),
        rest_dates=frozenset(
            date.fromisoformat(day) for day in table.rest_days if day not in WEEKDAYS
        ),
        daily=table.daily_minutes,
        weekly=table.weekly_minutes,
        shortest=table.min_block,
        longest=table.max_block,
        buffer=table.buffer,
        share=table.share,
        publish_days=table.publish_days,
        freeze_hours=table.freeze_hours,
        default_minutes=table.default_minutes,
        assume_done=table.assume_done,
    )


def review_rules(settings: Settings) -> dict[ReviewKind, ReviewRule]:
    """Return when each kind of review is due; without those that are off."""
    moments = {kind: str(getattr(settings.review, kind.value)) for kind in ReviewKind}
    parts = {kind: review_moment(text) for kind, text in moments.items() if text != "off"}
    return {
        kind: ReviewRule(month=month, day=day, hour=hour, minute=minute)
        for kind, (month, day, hour, minute) in parts.items()
    }
