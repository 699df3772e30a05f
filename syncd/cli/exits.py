"""Exit statuses, by what happens next."""

from collections.abc import Iterable
from enum import IntEnum

from syncd.errors import AnotherRunning, HoldTool, Mistake, SignIn, SyncdError


class Exit(IntEnum):
    """What the status of a finished command means."""

    DONE = 0
    NOT_DONE = 1
    MISTAKE = 2
    HELD = 3
    SIGN_IN = 4
    ANOTHER = 5
    INTERRUPTED = 130


_BY_ERROR: tuple[tuple[type[SyncdError], Exit], ...] = (
    (Mistake, Exit.MISTAKE),
    (AnotherRunning, Exit.ANOTHER),
    (SignIn, Exit.SIGN_IN),
    (HoldTool, Exit.HELD),
)


def of_error(error: SyncdError) -> Exit:
    """Return the status of a command that ended with this error."""
    found = (status for kind, status in _BY_ERROR if isinstance(error, kind))
    return next(found, Exit.NOT_DONE)


def of_states(states: Iterable[str], *, done: bool) -> Exit:
    """Return the status that the tools' states come to; the most urgent one wins."""
    seen = set(states)
    if "needs sign-in" in seen:
        return Exit.SIGN_IN
    if "held" in seen:
        return Exit.HELD
    return Exit.DONE if done else Exit.NOT_DONE
