"""What goes wrong while syncd works, chosen by a seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from syncd.testing.fault_injection import Fault
from tests.chaos.acts import Chooser
from tests.chaos.home import ChaosHome

BUSY = {"error": "Too many requests", "error_tag": "LIMITS_REACHED", "http_code": 429}
TOOLS = ("google", "notion", "todoist")


@dataclass
class Trouble:
    """Puts faults in force, and ends them.

    kills_in: at whose request syncd is killed. deadly: nothing else goes wrong.
    """

    home: ChaosHome
    rng: random.Random
    person: Chooser
    tell: Callable[[str], None]
    ends: list[Callable[[], None]] = field(default_factory=list)
    kills_in: str = ""
    deadly: bool = False

    def begin(self) -> None:
        """Put some faults in force."""
        if self.deadly:
            tool = self.rng.choice(TOOLS)
            self.tell(f"  ! {tool}: {_killed_at_an_update(self, tool)}")
            return
        for _ in range(self.rng.choice([0, 1, 1, 2, 3])):
            tool = self.rng.choice(TOOLS)
            how = self.rng.choice(HOWS)
            self.tell(f"  ! {tool}: {how(self, tool)}")

    def end(self) -> None:
        """End every fault."""
        self.home.mend()
        for one in self.ends:
            one()
        self.ends.clear()

    def fault(self, tool: str, act: str, **how: Any) -> str:
        """Let the n-th request of a tool meet a fault."""
        skip = self.rng.choice([0, 0, 1, 2, 3, 5, 8, 13])
        times = self.rng.choice([1, 1, 1, 2, 5])
        how = {"skip": skip, "times": times, **how}
        self.home.fault(tool, Fault(act=act, path=r"/(?!_sandbox).*", **how))
        return (
            f"{act} {how.get('status', '')} at request {how['skip'] + 1}, {how['times']} times"
        )

    def switch(self, tool: str, name: str, value: Any) -> str:
        """Set a switch of a sandbox until the faults end."""
        switches = self.home.sandbox(tool).switches
        before = getattr(switches, name)
        setattr(switches, name, value)
        self.ends.append(lambda: setattr(switches, name, before))
        return f"{name} is {value}"


def _lost(it: Trouble, tool: str) -> str:
    return it.fault(tool, it.rng.choice(["close-before", "close-after"]))


def _refused(it: Trouble, tool: str) -> str:
    act = it.rng.choice(["status", "status-after"])
    status = it.rng.choice([500, 502, 503])
    return it.fault(tool, act, status=status, reply={})


def _busy(it: Trouble, tool: str) -> str:
    wait = {"Retry-After": str(it.rng.choice([1, 20, 400]))}
    return it.fault(tool, "status", status=429, headers=wait, reply=BUSY)


def _broken(it: Trouble, tool: str) -> str:
    return it.fault(tool, it.rng.choice(["cut", "garbage"]))


def _killed(it: Trouble, tool: str) -> str:
    after = it.rng.random() < 0.5
    act = "call-after" if after else "close-before"
    method = it.rng.choice([".*", "POST|PATCH|PUT|DELETE", "PATCH", "PATCH"])
    it.kills_in, it.home.apart = tool, True
    kill = it.home.forker.kill
    return "kill, " + it.fault(tool, act, times=1, method=method, hook=lambda _: kill())


def _killed_at_an_update(it: Trouble, tool: str) -> str:
    """Killed with an update done and its answer not yet written down."""
    it.kills_in, it.home.apart = tool, True
    kill = it.home.forker.kill
    how = {"body": "item_update"} if tool == "todoist" else {"method": "PATCH"}
    hook = lambda _: kill()  # noqa: E731 - a fault takes a function of its request
    return "kill, " + it.fault(tool, "call-after", times=1, skip=0, hook=hook, **how)


def _meanwhile(it: Trouble, tool: str) -> str:
    def hook(_: object) -> None:
        it.tell(f"    meanwhile: {it.person.act()}")

    return it.fault(tool, it.rng.choice(["call", "call-after"]), times=1, hook=hook)


def _in_its_way(it: Trouble, tool: str) -> str:
    """The person edits just what syncd is about to write, before it looks a last time.

    Where a service has no preconditions nothing guards the moment between look and write.
    """
    tool = it.rng.choice(["google", "todoist"])

    def hook(_: object) -> None:
        it.tell(f"    in its way: {it.person.meddle(tool)}")

    if tool == "google":
        return it.fault(tool, "call", times=1, hook=hook, method="PATCH", skip=0)
    return it.fault(tool, "call-after", times=1, hook=hook, skip=0)


def _expired(it: Trouble, tool: str) -> str:
    sandbox = it.home.sandbox(tool)
    if tool == "google" and it.rng.random() < 0.5:
        sandbox.grants.expire_access()
        return "the access token expires"
    if tool == "notion" or (tool == "todoist" and it.rng.random() < 0.3):
        return it.fault(tool, "status", status=401, reply={"code": "unauthorized"}, times=0)
    sandbox.expire_cursors()
    return "cursors expire"


def _stale(it: Trouble, tool: str) -> str:
    sandbox = it.home.sandbox(tool)
    if not hasattr(sandbox, "switches"):
        return _lost(it, tool)
    sandbox_expires = it.rng.random() < 0.5 and hasattr(sandbox, "expire_cursors")
    if sandbox_expires:
        sandbox.expire_cursors()
    if it.rng.random() < 0.5 or not hasattr(sandbox.switches, "omits"):
        return it.switch(tool, "stale", timedelta(minutes=it.rng.choice([2, 30])))
    if it.rng.random() < 0.3 and hasattr(sandbox, "empty_listing_once"):
        sandbox.empty_listing_once()
        return "the next listing is empty"
    ids = sorted(_ids(it.home, tool))
    some = it.rng.sample(ids, len(ids) // 3) if it.rng.random() < 0.7 else ids
    return it.switch(tool, "omits", type(sandbox.switches.omits)(some))


def _ids(home: ChaosHome, tool: str) -> list[str]:
    sandbox = home.sandbox(tool)
    if tool == "todoist":
        return list(sandbox.state.tables["items"])
    if tool == "google":
        return list(sandbox.person.calendar().events)
    return list(home.notion._workspace.pages)


HOWS = (
    _lost,
    _refused,
    _busy,
    _broken,
    _killed,
    _meanwhile,
    _in_its_way,
    _in_its_way,
    _expired,
    _stale,
)
