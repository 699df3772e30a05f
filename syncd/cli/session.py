"""One run of the command: its options, its environment, and what it opens."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.clock import SystemClock
from syncd.private import open_folder
from syncd.redaction import set_up_later

if TYPE_CHECKING:  # these take their time to import, and `--help` needs none of them
    from syncd.app import App
    from syncd.cli.output import Speech, Words
    from syncd.redaction import Redactor


class Session:
    """What a command works with. ``environ``: this process's own unless given."""

    def __init__(
        self, environ: Mapping[str, str] | None = None, clock: SystemClock | None = None
    ) -> None:
        self._environ = environ
        self.clock = clock or SystemClock()
        self.config: Path | None = None
        self.no_color = False
        self.state_dir: Path | None = None

    @cached_property
    def environ(self) -> Mapping[str, str]:
        """The environment variables."""
        from syncd.settings.sources import environment

        return environment() if self._environ is None else self._environ

    @cached_property
    def redactor(self) -> "Redactor":
        """What keeps secrets out of the log, once they are known."""
        from syncd.redaction import Redactor

        return Redactor()

    @cached_property
    def speech(self) -> "Speech":
        """Where things are said."""
        from syncd.cli.output import Speech

        return Speech(color=self.color)

    @property
    def color(self) -> bool:
        """Say whether colours are welcome."""
        return not (self.no_color or self.environ.get("NO_COLOR"))

    @contextmanager
    def app(self, *, log: bool = True) -> Iterator["App"]:
        """Open what the settings say; ``log``: to a file in the state folder."""
        from syncd.app import open_app

        app = open_app(self.config, self.environ, self.clock)
        app.redactor = self.redactor
        self.state_dir = app.settings.state_dir
        app.warnings.extend(open_folder(self.state_dir))
        if log:
            self._log_to_file(app.settings.state_dir, app.zone)
        try:
            yield app
        finally:
            app.close()

    def _log_to_file(self, folder: Path, zone: str) -> None:
        def set_up_file() -> None:
            from zoneinfo import ZoneInfo

            from syncd.daemon.logs import LogFile, set_up

            set_up(
                LogFile(folder).stream(),
                json=False,
                colors=False,
                clock=self.clock,
                redact=self.redactor,
                zone=ZoneInfo(zone),
            )

        set_up_later(set_up_file)

    def warn(self, sentences: list[str]) -> None:
        """Say each of these once, on stderr."""
        for sentence in dict.fromkeys(sentences):
            self.speech.note(sentence)

    def words(self, app: "App") -> "Words":
        """Return what speaks of values in lists: cut for a terminal, whole for a program."""
        from syncd.cli.output import LONGEST, Words

        return Words(app.store, app.zone, longest=0 if self.speech.piped else LONGEST)

    def interactive(self) -> bool:
        """Say whether a person watches stderr."""
        return sys.stderr.isatty()
