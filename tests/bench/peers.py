"""Other programs that keep two sides in step, at as many items: whole processes.

Unison compares two folders of small files, vdirsyncer two folders of events. Nothing of it
uses a network, and each has settings and a state of its own.
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.bench.child import ROOT, Cost, cost_of

ROUNDS = 3
VDIRSYNCER = ROOT / "build" / "peers" / "bin" / "vdirsyncer"
EVENT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//syncd//bench//EN
BEGIN:VEVENT
UID:{number}
DTSTAMP:20260501T080000Z
DTSTART;VALUE=DATE:20260601
SUMMARY:{title}
DESCRIPTION:{notes}
END:VEVENT
END:VCALENDAR
"""
NOTE = "title: {title}\nnotes: {notes}\nnumber: {number}\n"
SETTINGS = """[general]
status_path = "{place}/status"

[pair both]
a = "one"
b = "other"
collections = null

[storage one]
type = "filesystem"
path = "{place}/one"
fileext = ".ics"

[storage other]
type = "filesystem"
path = "{place}/other"
fileext = ".ics"
"""


def unison() -> str | None:
    """Return where unison is, if it is installed."""
    return shutil.which("unison")


def vdirsyncer() -> str | None:
    """Return where vdirsyncer is, if `make bench-peers` installed it."""
    return str(VDIRSYNCER) if VDIRSYNCER.exists() else None


def with_unison(place: Path) -> Callable[[], Cost]:
    """Return what makes the two folders alike once."""
    command: list[str | Path] = [
        unison() or "",
        place / "one",
        place / "other",
        "-batch",
        "-ui",
        "text",
    ]
    environ = {"UNISON": str(place / "unison")}
    return lambda: cost_of(command, environ)


def with_vdirsyncer(place: Path) -> Callable[[], Cost]:
    """Return what makes the two calendars alike once."""
    settings = place / "settings"
    settings.write_text(SETTINGS.format(place=place), "utf-8")
    command: list[str | Path] = [VDIRSYNCER, "--config", settings]
    cost_of([*command, "discover"], {})
    return lambda: cost_of([*command, "sync"], {})


PROGRAMS: dict[str, tuple[Callable[[Path], Callable[[], Cost]], str]] = {
    "unison": (with_unison, NOTE),
    "vdirsyncer": (with_vdirsyncer, EVENT),
}


def run(name: str, size: int) -> dict[str, Any]:
    """Return what a first sync, one without changes, and one after 1 % changed take."""
    prepare, form = PROGRAMS[name]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for side in ("one", "other"):
            (place / side).mkdir()
        _write(place / "one", form, range(size), "Item")
        sync = prepare(place)
        first = sync()
        assert len(os.listdir(place / "other")) == size  # noqa: PTH208  # only how many
        quiet = [sync() for _ in range(ROUNDS)]
        changed = []
        for number in range(ROUNDS):
            title = f"Edited {'again ' * (number + 1)}"
            _write(place / "one", form, range(0, size, 100), title)
            changed.append(sync())
            assert title in (place / "other" / "0.ics").read_text("utf-8")
    return {
        "first": first.as_json(),
        "quiet": _median(quiet),
        "one_percent": _median(changed),
    }


def _write(folder: Path, form: str, numbers: Iterable[int], title: str) -> None:
    for number in numbers:
        text = form.format(
            number=number, title=f"{title} {number}", notes="A line of notes. " * 4
        )
        (folder / f"{number}.ics").write_text(text, "utf-8")


def _median(costs: list[Cost]) -> dict[str, float]:
    cpu = statistics.median(one.cpu_s for one in costs)
    return Cost(cpu_s=cpu, peak_mb=max(one.peak_mb for one in costs)).as_json()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(sys.argv[1], int(sys.argv[2]))) + "\n")
