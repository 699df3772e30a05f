"""What holds of every command, whatever a service says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from syncd.cli.errors import Exit
from tests.hostile.scene import LIMIT, Scene, Told
from tests.journeys.homes import Home

MOST = 250 << 20
"""Bytes that a command may use."""
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys instead of showing it."""
UNKNOWN = re.compile(r"in a way (it|syncd) does not know.*")
"""What is said of an error that is none of ``syncd.errors``."""
DOCUMENTED = frozenset(int(it) for it in Exit) - {Exit.INTERRUPTED}


def broken(scene: Scene, told: Told) -> list[str]:
    """Return what is wrong with how a command went, each as a line."""
    return [*ended_badly(scene.home, told), *told_secrets(scene.home, told)]


def ended_badly(home: Home, told: Told) -> Iterator[str]:
    """Yield what is wrong with how a command ended and what it said."""
    if told.killed:
        yield f"it did not end within {LIMIT:g} seconds"
    elif told.status not in DOCUMENTED:
        yield f"exit status {told.status}"
    if told.peak > MOST:
        yield f"it used {told.peak >> 20} MB"
    said = told.out + told.err
    for name, text in (("said", said), ("log", log(home))):
        if "Traceback" in text:
            yield f"a traceback ({name}): {last_of_trace(text)}"
    if found := UNKNOWN.search(said):
        yield f"{found[0][:200]}: {last_of_trace(log(home))}"
    if found := UNSEEN.search(said):
        yield f"{found[0]!r} was said as it is"


def said_of(scene: Scene, told: Told) -> list[str]:
    """Return that nothing was said of the tool, if so."""
    title = scene.title
    lines = told.err.splitlines()
    spoke = any(it.startswith(title) and it.endswith((".", "?")) for it in lines)
    return [] if spoke else [f"no sentence of {title}: {told.err!r}"]


def log(home: Home) -> str:
    """Return what is in the logs of the state folder."""
    logs = [it for it in home.state.rglob("*.log*") if it.is_file()]
    return "\n".join(it.read_text("utf-8", "replace") for it in logs)


def last_of_trace(text: str) -> str:
    """Return the error that the last traceback ends with, and where it was raised."""
    if "Traceback" not in text:
        return "no trace"
    trace = text.rpartition("Traceback")[2].splitlines()
    places = [it.strip() for it in trace if it.strip().startswith('File "')]
    errors = [it for it in trace[1:] if it and not it.startswith(" ")]
    where = re.sub(r'.*/(.*)", line (\d+).*', r"\1:\2", places[-1]) if places else "?"
    return f"{(errors or ['?'])[0][:160]} at {where}"


def secrets(home: Home) -> set[str]:
    """Return every secret that the settings and the files that they name hold."""
    found = {str(one.settings().get("token", "")) for one in home.served.values()}
    for file in home.place.glob("google-*.json"):
        whole = json.loads(file.read_text("utf-8"))
        whole |= whole.get("installed", {})
        found |= {whole.get(it) for it in ("token", "refresh_token", "client_secret")}
    return {it for it in found if it}


def told_secrets(home: Home, told: Told) -> Iterator[str]:
    """Yield where a secret can be read."""
    hidden = secrets(home)
    places = {"stdout": told.out.encode(), "stderr": told.err.encode()}
    places |= {str(it.name): it.read_bytes() for it in state_files(home)}
    for name, content in places.items():
        for one in hidden:
            if one.encode() in content:
                yield f"a secret ({one[:4]}…) is in {name}"


def state_files(home: Home) -> list[Path]:
    return [it for it in home.state.rglob("*") if it.is_file()]
