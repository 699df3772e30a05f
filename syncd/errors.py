"""Every error of syncd, named by what happens next."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST_WAIT = 86400.0
"""Seconds that a service may ask us to wait, at the most: a day."""


def wait_of(asked: object) -> float | None:
    """Return a wait that a service asked for as seconds, or None where it makes no sense.

    Whatever was asked: what comes back is finite, not negative, and a day at the most.
    """
    if isinstance(asked, bool) or not isinstance(asked, int | float | str):
        return None
    try:
        seconds = float(asked)
    except (ValueError, OverflowError):  # no number, or one of hundreds of digits
        return None
    if not math.isfinite(seconds) or seconds < 0:
        return None
    return min(seconds, LONGEST_WAIT)


def message_of(error: BaseException) -> str:
    """Return an error's sentence, as text that can be written down whatever it holds."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  # a stranger's error may fail to tell what it is
        return ""
    return whole(text)


def whole(text: str) -> str:
    """Return a text without halves of characters: no file and no database takes those."""
    return text.encode("utf-8", "replace").decode("utf-8")


class SyncdError(Exception):
    """One sentence for a person, ending with what to do next."""


class Mistake(SyncdError):
    """A mistake in a command or in the settings: the person corrects it."""


class NoSecret(Mistake):
    """A secret can't be fetched now from where the settings say that it is kept."""


class NotLoaded(Mistake):
    """A plug-in is installed and does not load: the person reinstalls it."""


class AnotherRunning(SyncdError):
    """Another syncd works on this state directory."""


class StateTrouble(SyncdError):
    """The local state can't be read or written: the person mends that, nothing is lost."""


class ToolError(SyncdError):
    """Something that one tool said or did; the others go on."""


class SignIn(ToolError):
    """The tool no longer accepts our credentials: the person signs in again."""


class TryLater(ToolError):
    """The tool is busy, limiting or unreachable, and did **not** do the work.

    ``seconds`` is how long the tool asked us to wait, as ``wait_of`` reads it, or None.
    """

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = wait_of(seconds)


class Stopped(TryLater):
    """syncd itself was asked to stop before this was done: no fault of the tool."""


class Unclear(ToolError):
    """A write was sent and its outcome is unknown: look before writing again."""


class StartOver(ToolError):
    """The cursor is no longer good: read everything."""


class HoldTool(ToolError):
    """A whole container is gone, empty or unreadable: touch nothing, ask."""


class SkipItem(ToolError):
    """The tool refuses this one item, and says why; the rest goes on."""


class Changed(ToolError):
    """The item moved on since it was last read: observe, merge, decide again."""


class Gone(ToolError):
    """Direct evidence that this one item is not there any more.

    ``last`` is what it last held (a ``Remote``), where the tool still tells, else None.
    """

    def __init__(self, message: str, last: object = None) -> None:
        super().__init__(message)
        self.last = last


class NotFound(Gone):
    """There is no such item, or no such container (HTTP 404)."""


class Taken(SkipItem):
    """The id that was chosen is in use (HTTP 409)."""


class Refused(SkipItem):
    """The request itself is refused (HTTP 400 and its like)."""


class Forbidden(SkipItem):
    """This account may not do that here (HTTP 403)."""


OnError = Callable[[str, Exception], None]
"""Gets the name of a part that failed, and its error."""


class Isolation:
    """Several parts, tried one after another: ``on_error`` gets each that fails."""

    def __init__(self, on_error: OnError) -> None:
        self.on_error = on_error

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Try one part: no exception leaves it."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  # its radius is this one part
            self.on_error(name, error)


@contextmanager
def isolated(on_error: OnError | None) -> Iterator[Isolation]:
    """Give what several parts are tried by: what fails in one of them holds up no other.

    Without ``on_error`` the first error is raised once all of them were tried.
    """
    errors: list[Exception] = []
    yield Isolation(on_error or (lambda _name, error: errors.append(error)))
    if errors:
        raise errors[0]
