"""What of the learning blocks needs the person, in a line each."""

from collections.abc import Iterable
from dataclasses import dataclass

from syncd.bootstrap import App
from syncd.cli.misfits import misfits
from syncd.cli.outlook import outlook
from syncd.cli.output import count


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """How many blocks wait for a word, how many tasks do not get their time, and whether
    blocks are planned without knowing any calendar."""

    unconfirmed: int
    does_not_fit: int
    unreadable: tuple[str, ...]

    @property
    def lines(self) -> Iterable[str]:
        """Yield a line on each, with the command that tells more."""
        if self.unconfirmed:
            verb = "waits" if self.unconfirmed == 1 else "wait"
            yield f"{count(self.unconfirmed, 'block')} {verb} for a word: `syncd schedule`."
        if self.does_not_fit:
            verb = "does" if self.does_not_fit == 1 else "do"
            yield f"{count(self.does_not_fit, 'task')} {verb} not fit: `syncd schedule`."
        if self.unreadable:
            yield "No new blocks: a calendar can't be read for busy time (`syncd schedule`)."


def at_hand(app: App) -> AtHand:
    """Return what needs the person."""
    seen = outlook(app)
    return AtHand(
        unconfirmed=len(seen.waiting),
        does_not_fit=len(misfits(app, seen.wishes)),
        unreadable=seen.busy.unreadable if seen.busy else (),
    )
