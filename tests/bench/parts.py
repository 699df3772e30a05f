"""The parts of the benchmark, and their bars: ratios within one run, counts, and peaks.

Everything is measured in processes of their own; what is here only compares.
"""

import math
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tests.bench import peers
from tests.bench.child import Part, measured
from tests.bench.start_up import start_up

SMALL, LARGE = 1000, 10_000
PHASES = ("imported", "first", "settled", "quiet", "one_percent", "daily")
DATABASES = 9
GOOGLE_ONCE = 8
"""Requests that Google is asked once, however many events there are."""
BATCH = 100
"""Commands that Todoist takes in one request."""
NO_PEER = "{name} is not installed: run `make bench-peers`."
Figures = Mapping[str, Any]


def writes() -> Part:
    """Return what the engine does for each write of a first sync."""
    it = measured("writes")
    return Part(
        figures=it,
        bars={
            "at most 8 statements a write": it["statements_a_write"] <= 8,
            "at most 2 commits a write": it["commits_a_write"] <= 2,
            "a write takes at most 6 times the CPU of its journal on bare sqlite3": (
                it["cpu_ratio"] <= 6
            ),
        },
    )


def requests() -> Part:
    """Return what the three services are asked, by route."""
    found = measured("over_http", "250", "500")
    bars: dict[str, bool] = {}
    for it in found.values():
        it["least"] = _least(it)
        for name, holds in (_first_bars(it) | _later_bars(it)).items():
            bars[name] = holds and bars.get(name, True)
    return Part(figures=found, bars=bars)


def _least(it: Figures) -> dict[str, int]:
    """Return how many requests a first sync needs at least.

    Notion: a page is made by a request of its own (there is no endpoint for several). Of each
    database: its creation (one request each), the reading of its data source (the reply to
    the creation tells that one's id, not the ids of its columns), and one query, which the
    incremental reading begins with. Before: the listing of the parent page's children and one
    search, without which databases would be made twice once the state is lost. Relations lead
    to pages that are made before, and what syncd derives is known before the pages are made,
    so no page needs a second request.

    Todoist: commands that do not wait for each other's replies share a request; a level (the
    project, its sections, tasks, changes to them) waits for the one above. ``todoist_creating``
    is what would be left if nothing that was made had to be changed afterwards.
    """
    levels = it["first"]["batches"]["commands"]
    making = [count for level, count in levels.items() if level.endswith("_add")]
    return {
        "notion": it["entities"] + 3 * DATABASES + 2,
        "todoist_with_commands": sum(math.ceil(count / BATCH) for count in levels.values()),
        "todoist_creating": sum(math.ceil(count / BATCH) for count in making),
        "google": it["events"],
    }


def _first_bars(it: Figures) -> dict[str, bool]:
    first, least = it["first"], it["least"]
    return {
        "first sync: Notion is asked at most 1.05 times the least": (
            first["requests"]["notion"] <= 1.05 * least["notion"]
        ),
        "first sync: Todoist's batches are full": (
            first["batches"]["requests"] <= least["todoist_with_commands"]
        ),
        "first sync: Google is asked once an event, and 8 times": (
            first["requests"]["google"] <= least["google"] + GOOGLE_ONCE
        ),
    }


def _later_bars(it: Figures) -> dict[str, bool]:
    quiet, changed = it["quiet"]["requests"], it["one_percent"]["requests"]
    most = {"notion": DATABASES, "todoist": 1, "google": 2}
    edited = it["one_percent"]["edited"]
    # Edits are made in Todoist: a request for each page, and for each block's event.
    more = {"notion": edited, "todoist": 0, "google": it["one_percent"]["their_blocks"]}
    return {
        "a quiet cycle asks one request a database, one of Todoist, two of Google": all(
            quiet[name] <= count for name, count in most.items()
        ),
        "a quiet cycle over HTTP writes nothing": it["quiet"]["writes"] == 0,
        "1 % changed: no more requests than a quiet cycle and what changed": all(
            changed[name] <= quiet[name] + count for name, count in more.items()
        ),
    }


def engine() -> Part:
    """Return what cycles take with services in memory, beside Unison where it is there."""
    small, large = (_phases(size) for size in (SMALL, LARGE))
    part = Part(figures={str(SMALL): small, str(LARGE): large})
    part.bars = {
        "a quiet cycle writes nothing": not small["quiet"]["writes"] + large["quiet"]["writes"],
        "a quiet cycle of 10,000 takes at most 3 times the CPU of one of 1,000": (
            large["quiet"]["cpu_s"] <= 3 * small["quiet"]["cpu_s"]
        ),
        "the first sync of 10,000 peaks at 130 MB": large["first"]["engine_mb"] <= 130,
        "the daily check of 10,000 peaks at 120 MB": large["daily"]["engine_mb"] <= 120,
    }
    other = _peer("unison")
    names = {
        "quiet": "a quiet cycle takes at most the CPU of Unison's",
        "one_percent": "1 % changed takes at most 1.5 times the CPU of Unison's",
    }
    for phase, factor in (("quiet", 1.0), ("one_percent", 1.5)):
        if other is None:
            part.skipped[names[phase]] = NO_PEER.format(name="unison")
        else:
            most = factor * other[phase]["cpu_s"]
            part.bars[names[phase]] = large[phase]["cpu_s"] <= most
    return part


@cache
def _phases(size: int) -> dict[str, Any]:
    """Return the figures of each phase; ``engine_mb`` is the peak without the services.

    These grow in the first sync: there, what the next phase found them to take is left out.
    """
    with tempfile.TemporaryDirectory() as folder:
        found = {phase: measured("memory", phase, str(size), folder) for phase in PHASES}
    found["first"]["services_mb"] = found["settled"]["services_mb"]
    for it in found.values():
        it["engine_mb"] = round(it["peak_mb"] - it["services_mb"], 1)
    return found


def planner() -> Part:
    """Return how good and how fast plans of learning blocks are."""
    it = measured("planner")
    return Part(
        figures=it,
        bars={
            "a full plan costs 25 % less than earliest due first": it["cost_ratio"] <= 0.75,
            "a repair takes at most 2 % of a full plan's CPU": it["repair_ratio"] <= 0.02,
            "2,000 tasks take at most twice a full plan's CPU": (
                it["two_thousand_tasks_ratio"] <= 2
            ),
            "a full plan takes at most 50 MB more": it["more_mb"] <= 50,
            "a plan that is still valid is left alone": it["moved_at_rest"] == 0,
        },
    )


def lives() -> Part:
    """Return what becomes of simulated lives, beside the same ones planned greedily."""
    it = measured("life")
    return Part(bars=it.pop("bars"), figures=it)


def others() -> Part:
    """Return what other programs take for as many items, and syncd for the same."""
    mine = _phases(LARGE)
    shown = {
        phase: {"cpu_s": mine[phase]["cpu_s"], "peak_mb": mine[phase]["engine_mb"]}
        for phase in ("first", "quiet", "one_percent")
    }
    part = Part(figures={"items": LARGE, "syncd": shown})
    for name in peers.PROGRAMS:
        found = _peer(name)
        if found is None:
            part.skipped[f"beside {name}"] = NO_PEER.format(name=name)
        else:
            part.figures[name] = found
    return part


@cache
def _peer(name: str) -> dict[str, Any] | None:
    """Return what another program takes, if it is installed; measured once a run."""
    there = {"unison": peers.unison, "vdirsyncer": peers.vdirsyncer}[name]()
    return measured("peers", name, str(LARGE)) if there else None


PARTS: dict[str, Callable[[], Part]] = {
    "writes": writes,
    "requests": requests,
    "engine": engine,
    "planner": planner,
    "lives": lives,
    "peers": others,
    "start_up": start_up,
}
