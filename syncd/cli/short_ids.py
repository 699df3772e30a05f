"""The first characters of an id that tell it from all others."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from syncd.cli.find import SHORTEST


class ShortIds:
    """Shortens ids to what `find` takes for them."""

    def __init__(self, every: Iterable[str]) -> None:
        self._every: Sequence[str] = sorted(every)

    def of(self, which: str) -> str:
        """Return the beginning of an id that no other one has."""
        place = bisect_left(self._every, which)
        near = [it for it in self._every[max(0, place - 1) : place + 2] if it != which]
        length = max([SHORTEST, *(_common(which, it) + 1 for it in near)])
        return which[:length]


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), len(one))
