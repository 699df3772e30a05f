"""What can be chosen of how the sandbox behaves, and how much its account holds."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


@dataclass(slots=True)
class Limits:
    """How much the account may hold and ask (Todoist's usage limits, and its API's).

    projects: active ones beside the Inbox; None is what the plan has, 300 or 5.
    full_syncs, partial_syncs: in fifteen minutes.
    refused_with: the status of a refusal for too much.
    """

    tasks_per_project: int = 300
    sections_per_project: int = 20
    labels: int = 500
    projects: int | None = None
    full_syncs: int = 100
    partial_syncs: int = 1000
    refused_with: int = 403


@dataclass(slots=True)
class Switches:
    """What can be chosen of how the sandbox behaves.

    zone: the user's zone; it may be no IANA name ("GMT -7:00").
    premium: whether the plan is paid; ``durations_are_paid`` tells whether a free one
        has no durations, ``ignores_durations`` whether it then ignores or refuses one.
    duration_needs: what a duration is silently dropped without: a "due" (a maintainer,
        Doist/todoist-sdk-typescript#242), a due "time" (assumed), or "nothing".
    archived_tasks: what becomes of the tasks of an archived section, which no recording
        shows: "gone" from listings without a word, "marked" with ``is_archived``,
        "untouched", or "completed".
    resets_subtasks: whether a repeating task that moves on un-ticks what is below it.
    shows_completed: whether a completed task can be read directly, or is not found.
    tombstones: whether a deleted object is told in "full" or by its "id" alone.
    stale: how old the state is that listings are answered from; ``stale_full`` is that
        of full syncs alone. What a request's own commands did is always told.
    omits: ids of objects that full listings leave out.
    repeats_rows: whether each page of a list begins with the last row of the one before.
    repeats_mapping: whether a repeated command is answered with its mapping again.
    refuses_old_tokens: whether an expired sync token gets a 400, or a full sync.
    skew: how far the service's clock is ahead.
    hides_changes: whether replies to commands leave out what these changed.
    lacks: types of commands that it does not know.
    extra_keys: keys that are added to every object, unknown to all clients.
    """

    zone: str = "Europe/Berlin"
    premium: bool = True
    durations_are_paid: bool = True
    ignores_durations: bool = False
    duration_needs: str = "due"
    archived_tasks: str = "gone"
    resets_subtasks: bool = True
    shows_completed: bool = False
    tombstones: str = "full"
    stale: timedelta = timedelta(0)
    stale_full: timedelta = timedelta(0)
    omits: frozenset[str] = frozenset()
    repeats_rows: bool = False
    repeats_mapping: bool = True
    refuses_old_tokens: bool = True
    hides_changes: bool = False
    skew: timedelta = timedelta(0)
    lacks: frozenset[str] = frozenset()
    extra_keys: dict[str, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    @property
    def durations(self) -> bool:
        """Whether the account has durations."""
        return self.premium or not self.durations_are_paid

    @property
    def most_projects(self) -> int:
        """How many active projects the account may have beside its Inbox."""
        return self.limits.projects or (300 if self.premium else 5)
