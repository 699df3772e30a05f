"""Forks a syncd for each order, as ``forker.py`` does; each tells how much memory it took.

``cap``, in an order, is how many bytes a process may map, so that a machine outlives a bomb.
"""

import resource
from pathlib import Path
from typing import Any

from tests.journeys import forker


def become(order: dict[str, Any]) -> int:
    """Be syncd, then write down the most memory that was in use, in bytes."""
    cap = order["cap"]
    resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
    try:
        return forker.become(order)
    finally:
        Path(f"{order['out']}.peak").write_text(str(peak()), "ascii")


def peak() -> int:
    """Return the peak of this process alone; ``ru_maxrss`` would be its parent's, if larger."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    found = next(it for it in lines if it.startswith("VmHWM:"))
    return int(found.split()[1]) * 1024


if __name__ == "__main__":
    forker.main(become)
