"""How stories begin: each beginning is lived once, and further homes go on from there."""

import copy
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.journeys.homes import Forker, Home

HOLDS = {
    "notion": ["workspace"],
    "todoist": ["state"],
    "google": ["account", "grants", "lists"],
}
"""Where each sandbox keeps all that happened in it."""

Story = Callable[..., None]


@dataclass
class Beginnings:
    """Homes in which a story was lived, for others to go on from; made as asked for."""

    new_place: Callable[[], Path]
    forker: Forker
    lived: dict[Any, tuple[Home, datetime]] = field(default_factory=dict)

    def __call__(self, home: Home, story: Story, *words: Any) -> None:
        """Have a new home be where ``story(home, *words)`` leads."""
        key = (story, words)
        if key not in self.lived:
            first = Home(self.new_place(), self.forker)
            try:
                story(first, *words)
            finally:
                first.close()
            self.lived[key] = first, first.world.now()
        go_on(home, *self.lived[key])


def go_on(home: Home, other: Home, now: datetime) -> None:
    """Let a new home be as another one was at a time, and let it be that time there."""
    home.world.passed += now - home.world.now()
    home.evenings, home.extra = other.evenings, other.extra
    for name, places in HOLDS.items():
        theirs, ours = other.served[name], home.served[name]
        pairs = [(getattr(theirs.sandbox, it), getattr(ours.sandbox, it)) for it in places]
        same = {id(other.watches[name]): home.watches[name]}
        same |= {id(old): new for old, new in pairs}
        same |= {id(old.lock): new.lock for old, new in pairs if hasattr(old, "lock")}
        for old, new in pairs:
            vars(new).update(copy.deepcopy(vars(old), same))
        ours.log.extend(copy.deepcopy(theirs.log))
    shutil.copytree(other.state, home.state)
    home.write_settings()


def settle(home: Home, plan: str) -> None:
    """Bring a plan into all three tools."""
    home.import_plan(plan)
    home.sync()
    home.later(minutes=10)
