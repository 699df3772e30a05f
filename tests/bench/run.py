"""``make bench``: one JSON object with what syncd costs, and whether the bars hold.

    .venv/bin/python tests/bench/run.py writes requests

No part: all of them. No bar is a time of this machine: they are ratios within the run,
counts, and peaks of memory.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.child import Part
from tests.bench.parts import PARTS

Parts = Mapping[str, Callable[[], Part]]


def main(words: Sequence[str], parts: Parts = PARTS) -> int:
    """Run these parts; exit with 1 if a bar does not hold, 2 where there is no such part."""
    unknown = [word for word in words if word not in parts]
    if unknown:
        sys.stderr.write(f"There is no part {unknown[0]}: name some of {', '.join(parts)}.\n")
        return 2
    result = run({word: parts[word] for word in words or parts})
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
    return 0 if all(result["bars"].values()) else 1


def run(parts: Parts) -> dict[str, Any]:
    """Return the figures of each part, all bars, and what was skipped and why."""
    result: dict[str, Any] = {}
    bars: dict[str, bool] = {}
    skipped: dict[str, str] = {}
    for name, measure in parts.items():
        start = time.monotonic()
        part = measure()
        sys.stderr.write(f"{name}: {time.monotonic() - start:.0f} s\n")
        result[name] = part.figures
        bars |= part.bars
        skipped |= part.skipped
    return result | {"bars": bars, "skipped": skipped}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
