"""Breaks that can be planted in a run of syncd, to see that the net finds them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plant:
    """A break. plant: makes it, in the process that runs syncd."""

    what: str
    plant: Callable[[], None]


PLANTS: Mapping[str, Plant] = {}
