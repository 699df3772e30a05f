"""A person's machine whose time stands still unless something happens."""

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from syncd.model.entities import Kind
from syncd.testing.fault_injection import RequestLog
from tests.chaos.child import session_of
from tests.chaos.clock import SharedClock
from tests.journeys import inside
from tests.journeys.homes import Forker, Home, World, changes
from tests.journeys.inside import Done

TITLES = (
    (Kind.GOAL, "notion"),
    (Kind.MILESTONE, "notion"),
    (Kind.TASK, "notion"),
    (Kind.TASK, "todoist"),
    (Kind.MILESTONE, "google"),
)


class SharedWorld(World):
    """Time as services and syncd share it."""

    def __init__(self, clock: SharedClock) -> None:
        super().__init__()
        self.clock = clock

    def now(self) -> datetime:
        return self.clock.now()


@dataclass
class ChaosHome(Home):
    """A home that a seed drives. apart: syncd may be killed now."""

    seed: int = 0
    runs: int = 0
    clock: SharedClock = field(init=False)

    @classmethod
    def at(cls, place: Path, forker: Forker, now: datetime, **more: Any) -> "ChaosHome":
        """Return a home in a folder, where it is ``now``."""
        SharedClock.begin(place / "clock", now)
        world = SharedWorld(SharedClock(place / "clock", step=137))
        home = cls(place, forker, world=world, **more)
        home.clock = world.clock
        return home

    def later(self, **span: float) -> None:
        self.clock.add(timedelta(**span))

    def order(self) -> dict[str, Any]:
        self.runs += 1
        seed = self.seed * 1000 + self.runs
        clock = str(self.place / "clock")
        return {"env": {}, "clock": clock, "seed": seed}

    def mend(self) -> None:
        super().mend()
        self.apart = False

    def syncd(self, *words: str) -> Done:
        if not self.apart:
            words = ("--config", str(self.config), *words)
            return inside.run(session_of(self.order()), words)
        done = super().syncd(*words)
        if done.status < 0:
            time.sleep(0.03)  # what the services were doing for it comes to its end
        return done

    def titles_of(self, tool: str, kind: Kind) -> list[str]:
        """Return the titles that a tool shows of a kind; none where it has no place for it."""
        with contextlib.suppress(KeyError):
            return list(self.person(tool).titles(kind))
        return []

    def find(self, tool: str, kind: Kind, code: str) -> str | None:
        """Return the title of the thing with this code, as the tool shows it."""
        found = (it for it in self.titles_of(tool, kind) if it.split(" ")[0] == code)
        return next(found, None)

    def requests(self) -> dict[str, int]:
        """Return how many requests each service has had."""
        return {name: len(one.log) for name, one in self.served.items()}

    def written_since(self, before: dict[str, int]) -> Iterator[tuple[str, RequestLog]]:
        """Yield every write that services have had since."""
        for name, one in self.served.items():
            for request in one.log[before[name] :]:
                if changes(request):
                    yield name, request

    def json(self, *words: str) -> Any:
        """Return what a reading command prints."""
        done = self.syncd(*words)
        assert done.status == 0, f"{' '.join(words)}: {done.err}"
        return json.loads(done.out)
