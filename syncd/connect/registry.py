"""The plug-ins that are installed, found by their entry points, loaded when asked for.

A broken plug-in is a record with a reason, never a crash.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import invalidate_caches
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from syncd.clock import Clock
from syncd.connect.contract import Plugin
from syncd.errors import Mistake, NotLoaded, message_of
from syncd.text import nearest

CONNECTORS = "syncd.connectors"
SANDBOXES = "syncd.sandboxes"

T = TypeVar("T")
MakeSandbox = Callable[[Path, Clock], Any]
"""Makes a ``syncd.testing.sandbox.Sandbox`` from a directory and a clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed(Generic[T]):
    """One entry point: what it names, or why that can't be used.

    title: how a person calls it. plugin: None when broken.
    """

    name: str
    title: str
    state: Literal["ok", "broken"]
    why: str = ""
    plugin: T | None = None


class Registry(Generic[T]):
    """What is installed in one entry-point group; a module is imported when asked for."""

    def __init__(
        self, what: str, points: Iterable[EntryPoint], accept: Callable[[str, Any], T]
    ) -> None:
        self._what = what
        self._points: dict[str, list[EntryPoint]] = {}
        for point in points:
            self._points.setdefault(point.name, []).append(point)
        self._accept = accept
        self._loaded: dict[str, Installed[T]] = {}

    def names(self) -> tuple[str, ...]:
        """Return the names that are installed, importing nothing."""
        return tuple(sorted(self._points))

    def all(self) -> list[Installed[T]]:
        """Return every entry point, loaded, in the order of the names."""
        return [self.get(name) for name in self.names()]

    def get(self, name: str) -> Installed[T]:
        """Return one entry point, loaded; broken when no such is installed."""
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def require(self, name: str) -> T:
        """Return what ``name`` names.

        Raises Mistake, with what to do, where nothing of that name is installed, and
        NotLoaded where what is installed can't be used.
        """
        entry = self.get(name)
        if entry.plugin is None:
            error = NotLoaded if name in self._points else Mistake
            raise error(f"`{name}` can't be used: {entry.why}.")
        return entry.plugin

    def retry(self, name: str) -> None:
        """Let a plug-in that did not load be loaded again when it is next asked for."""
        entry = self._loaded.get(name)
        if entry is not None and entry.plugin is None:
            invalidate_caches()
            del self._loaded[name]

    def _load(self, name: str) -> Installed[T]:
        points = self._points.get(name, [])
        if not points:
            return _broken(name, self._absent(name))
        if len({point.value for point in points}) > 1:
            givers = " and ".join(sorted(_giver(point) for point in points))
            return _broken(name, f"{givers} both give it; uninstall one of them")
        point = points[0]
        try:
            thing = self._accept(name, point.load())
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # a stranger's module
            what = f"{type(error).__name__}: {message_of(error)}".rstrip(".: ")
            return _broken(name, f"{_giver(point)} does not load ({what}); reinstall it")
        title = str(getattr(thing, "title", "") or name)
        return Installed(name=name, title=title, state="ok", plugin=thing)

    def _absent(self, name: str) -> str:
        near = nearest(name, self.names())
        if near:
            return f"no {self._what} of that name is installed; did you mean `{near}`"
        known = ", ".join(self.names()) or "none"
        return (
            f"no {self._what} of that name is installed (installed: {known});"
            " correct the name, or install it"
        )


def _broken(name: str, why: str) -> Installed[Any]:
    return Installed(name=name, title=name, state="broken", why=why)


def _giver(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.value


def _connector(name: str, thing: Any) -> Plugin:
    if not isinstance(thing, Plugin):
        raise TypeError(f"the entry point names {type(thing).__name__}, not a Plugin")
    if thing.name != name:
        raise ValueError(f"it calls itself {thing.name}")
    return thing


def _sandbox(_name: str, thing: Any) -> MakeSandbox:
    if not callable(thing):
        raise TypeError(f"the entry point names {type(thing).__name__}, nothing to call")
    make: MakeSandbox = thing
    return make


def connectors(points: Iterable[EntryPoint] | None = None) -> Registry[Plugin]:
    """Return the installed connectors, or those of ``points``."""
    return Registry("connector", _points(CONNECTORS) if points is None else points, _connector)


def sandboxes(points: Iterable[EntryPoint] | None = None) -> Registry[MakeSandbox]:
    """Return the installed sandboxes, or those of ``points``."""
    return Registry("sandbox", _points(SANDBOXES) if points is None else points, _sandbox)


def _points(group: str) -> Iterable[EntryPoint]:
    return _found(group, tuple(map(_changed, sys.path)))


@cache
def _found(group: str, _path: tuple[tuple[str, int], ...]) -> tuple[EntryPoint, ...]:
    """Return what is installed on a path, until something is installed there: to look reads
    a file of each package."""
    return tuple(entry_points(group=group))


def _changed(place: str) -> tuple[str, int]:
    """Return a place where packages are, and when one was last added or removed there."""
    try:
        return place, Path(place or ".").stat().st_mtime_ns
    except OSError:
        return place, 0
