"""Several things are tried one after another; what breaks one of them holds up no other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Broke = Callable[[str, Exception], None]
"""Is told which thing broke, and how."""


class Tries:
    """Some things that are tried: ``broke`` hears of each that breaks."""

    def __init__(self, broke: Broke) -> None:
        self.broke = broke

    @contextmanager
    def one(self, name: str) -> Iterator[None]:
        """Try one thing: no exception leaves it."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - its radius is this one thing
            self.broke(name, error)


@contextmanager
def trying(broke: Broke | None) -> Iterator[Tries]:
    """Give what several things are tried by.

    Without ``broke`` the first error is raised once all of them were tried.
    """
    errors: list[Exception] = []
    yield Tries(broke or (lambda _name, error: errors.append(error)))
    if errors:
        raise errors[0]
