"""``make bench``: one JSON object with what cycles cost, and whether the bars hold.

Each phase runs in a process of its own, so that its peak memory is its own. Times are
of this machine at this moment: compare phases and ratios, not machines.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PHASES = ("first", "settled", "quiet", "one_percent")


def main() -> int:
    """Run everything; exit with 1 if a bar does not hold."""
    sizes = [int(word) for word in os.environ.get("BENCH_SIZES", "1000,10000").split(",")]
    result: dict[str, Any] = {"in_memory": {}, "sandboxes": {}}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            result["in_memory"][str(size)] = {
                phase: _child("memory.py", phase, str(size), folder) for phase in PHASES
            }
    result["sandboxes"][str(min(sizes))] = _child("over_http.py", str(min(sizes)))
    result["planner"] = _child("planner.py")
    result["lives"] = _child("life.py")
    result["bars"] = bars(result, str(max(sizes)), str(min(sizes)))
    result["bars"].update(planner_bars(result["planner"]))
    result["bars"].update(result["lives"].pop("bars"))
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
    return 0 if all(result["bars"].values()) else 1


def bars(result: dict[str, Any], large: str, small: str) -> dict[str, bool]:
    """Return which bars hold, for the larger size."""
    quiet = result["in_memory"][large]["quiet"]
    changed = result["in_memory"][large]["one_percent"]
    served = result["sandboxes"][small]["quiet"]
    engine_mb = quiet["peak_mb"] - quiet["services_mb"]
    return {
        "a quiet cycle writes nothing": quiet["writes"] == 0 and served["writes"] == 0,
        "a quiet cycle takes under 0.3 s of CPU": quiet["cpu_s"] < 0.3,
        "a quiet cycle peaks under 100 MB": engine_mb < 100,
        "a cycle after 1 % changed takes under 0.5 s of CPU": changed["cpu_s"] < 0.5,
        "a quiet cycle makes one request a tool, one a database": all(
            count <= 9 for count in served["requests"].values()
        ),
    }


def planner_bars(planner: dict[str, Any]) -> dict[str, bool]:
    """Return which bars hold for the planner of learning blocks."""
    return {
        "a full plan costs 25 % less than earliest due first": planner["median_ratio"] <= 0.75,
        "a full plan takes about 2 s of CPU": planner["full_cpu_s"] < 2.5,
        "a full plan takes under 50 MB more": planner["more_mb"] < 50,
        "a repair takes under 50 ms of CPU": planner["repair_ms"] < 50,
        "a plan that is still valid is left alone": planner["moved_at_rest"] == 0,
        "2,000 tasks take about 2 s of CPU": planner["two_thousand_tasks_cpu_s"] < 2.5,
    }


def _child(script: str, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(HERE / script), *words], check=True, capture_output=True, text=True
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    sys.exit(main())
