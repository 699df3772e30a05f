"""How a command ends: an exit status by what happens next, and a sentence on every error."""

import contextlib
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import typer

from syncd.cli.session import Session
from syncd.errors import AnotherRunning, HoldTool, Mistake, SignIn, SyncdError
from syncd.text import one_line

if TYPE_CHECKING:  # the engine takes its time to import, and `--help` has no use for it
    from syncd.engine.report import Report


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


def status_of_error(error: SyncdError) -> Exit:
    """Return the status of a command that ended with this error."""
    statuses = (status for kind, status in _BY_ERROR if isinstance(error, kind))
    return next(statuses, Exit.NOT_DONE)


def status_of_states(states: Iterable[str], *, done: bool) -> Exit:
    """Return the status that the tools' states come to; the most urgent one wins."""
    seen = set(states)
    if "needs sign-in" in seen:
        return Exit.SIGN_IN
    if "held" in seen:
        return Exit.HELD
    return Exit.DONE if done else Exit.NOT_DONE


def status_of_report(report: "Report") -> int:
    """Return the exit status that a cycle comes to."""
    tools = report.tools.values()
    mistaken = [tool.mistaken and tool.state == "degraded" for tool in tools]
    if mistaken and all(mistaken):
        return Exit.MISTAKE
    return status_of_states((tool.state for tool in tools), done=report.converged)


def status_of(work: Callable[[], int]) -> int:
    """Do the work of a command; tell what stopped it, and return the exit status."""
    try:
        status = work()
        sys.stdout.flush()
    except SyncdError as error:
        _print_error(str(error))
        return status_of_error(error)
    except typer.TyperException as error:
        _print_error(_usage_sentence(error))
        return Exit.MISTAKE
    except (KeyboardInterrupt, typer.Abort):
        return Exit.INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        _flush_or_drop()
        return Exit.NOT_DONE
    except OSError as error:
        _print_error(_system_sentence(error))
        _flush_or_drop()
        return Exit.NOT_DONE
    return status


def forgive_characters() -> None:
    """Let a terminal without Unicode get question marks instead of a failure."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class UnexpectedErrorHook:
    """What the interpreter calls with an exception that nobody expected.

    The traceback goes to the log in the state folder, without secrets.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Write the details down and say where they are."""
        if issubclass(kind, KeyboardInterrupt):
            return
        from syncd.daemon.logs import LogFile  # what only a failure needs

        details = "".join(traceback.format_exception(kind, error, trace))
        text = (
            f"{self._session.clock.now().isoformat()} {self._session.redactor.text(details)}\n"
        )
        log = LogFile(self._folder())
        try:
            log.write(text)
        except OSError as problem:
            where = f"they can't be kept in {log.path} ({problem.strerror}): mend that"
        else:
            where = f"they are in {log.path}: report it with them"
        _print_error(
            f"syncd failed in a way it does not know ({kind.__name__}); for the details,"
            f" {where}, and try again."
        )

    def _folder(self) -> Path:
        """Return the state folder, as far as the settings can be read."""
        from syncd.settings.schema import load
        from syncd.settings.sources import state_folder

        session = self._session
        try:
            return session.state_dir or load(session.config, session.environ).state_dir
        except SyncdError:
            return state_folder(session.environ)


def _print_error(sentences: str) -> None:
    """Say what is wrong on stderr, each sentence on a line of its own."""
    for line in sentences.splitlines():
        sys.stderr.write(f"{one_line(line)}\n")
    sys.stderr.flush()


def _usage_sentence(error: typer.TyperException) -> str:
    """Return a sentence on a command line that can't be understood."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "syncd"
    message = one_line(error.format_message()).rstrip(".")
    return f"{message}: see `{path} --help`."


def _system_sentence(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    what = error.strerror or type(error).__name__
    return f"{where}{what}: mend that, then run the command again."


def _flush_or_drop() -> None:
    """Write out what was said so far; where that can't be, let it go nowhere."""
    try:
        sys.stdout.flush()
    except OSError:
        _drop_output()


def _drop_output() -> None:
    with contextlib.suppress(OSError):  # a stream that is no file holds nothing back
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
