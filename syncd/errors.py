"""Every error of syncd, named by what happens next."""


class SyncdError(Exception):
    """One sentence for a person, ending with what to do next."""


class Mistake(SyncdError):
    """A mistake in a command or in the settings: the person corrects it."""


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

    ``seconds`` is how long the tool asked us to wait, or None.
    """

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds


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
    """Direct evidence that this one item is not there any more."""
