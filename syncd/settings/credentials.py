"""Where secrets come from."""

import shlex
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncd.errors import Mistake, NoSecret
from syncd.private import open_file

_PATIENCE = 30.0
"""Seconds that a command may take to print a secret."""

_LOOK = 0.25
"""Seconds between two looks at whether such a command is still wanted."""

Run = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A table of settings with its secrets in place.

    values: the secrets, to be kept out of logs. warnings: a sentence for each file
    with a secret that others on this machine may read.
    """

    table: Mapping[str, Any]
    values: frozenset[str]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret to be found: its dotted name, and what the settings say of it."""

    name: str
    value: Any = None
    file: str = ""
    command: str | Sequence[str] = ""


class Runner:
    """Runs a command without a shell and returns what it prints; ``stopping`` ends it."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False) -> None:
        self._stopping = stopping

    def __call__(self, words: Sequence[str]) -> str:
        """Run it, for so many seconds at most."""
        with subprocess.Popen(  # noqa: S603 - the user's own settings name the command
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                printed = self._printed(process)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, words)
        return printed.decode(errors="replace")

    def _printed(self, process: "subprocess.Popen[bytes]") -> bytes:
        left = _PATIENCE
        while True:
            try:
                return process.communicate(timeout=_LOOK)[0]
            except subprocess.TimeoutExpired:
                left -= _LOOK
                if left <= 0 or self._stopping():
                    raise subprocess.TimeoutExpired(process.args, _PATIENCE - left) from None


class Credentials:
    """Finds secrets: systemd credential, file, command, then the settings' own value."""

    def __init__(
        self,
        environ: Mapping[str, str],
        settings_file: Path | None = None,
        run: Run | None = None,
    ) -> None:
        folder = environ.get("CREDENTIALS_DIRECTORY", "")
        self._given = Path(folder) if folder else None
        self._settings_file = settings_file
        self._run = run or Runner()

    def fill(self, where: str, table: Mapping[str, Any], secrets: Iterable[str]) -> Filled:
        """Return ``table`` (which stands at ``where``) with each of ``secrets`` filled in.

        Of each, the table may hold a file and a command that give it. Raises NoSecret for a
        file or a command that gives nothing.
        """
        whole, warnings = dict(table), list[str]()
        for name in sorted(secrets):
            file, command = (whole.pop(way, "") for way in (f"{name}_file", f"{name}_command"))
            secret = Secret(
                name=f"{where}.{name}",
                value=whole.get(name),
                file=str(file or ""),
                command=command or "",
            )
            value, its_warnings = self.find(secret)
            warnings.extend(its_warnings)
            if value is not None:
                whole[name] = value
        values = frozenset(str(whole[name]) for name in secrets if whole.get(name))
        return Filled(table=whole, values=values, warnings=tuple(dict.fromkeys(warnings)))

    def to_come(
        self, where: str, table: Mapping[str, Any], secrets: Iterable[str]
    ) -> frozenset[str]:
        """Return which secrets come by a file, a command or systemd. Nothing is fetched.

        Raises Mistake where one secret is to come by two ways.
        """
        later = set[str]()
        for name in sorted(secrets):
            ways = (f"{name}_file", f"{name}_command")
            set_here = [way for way in (name, *ways) if table.get(way)]
            if len(set_here) > 1:
                names = " and ".join(f"`{where}.{way}`" for way in set_here)
                raise Mistake(f"{names} are set, for one secret: remove all but one.")
            if any(table.get(way) for way in ways) or self._credential(f"{where}.{name}"):
                later.add(name)
        return frozenset(later)

    def _credential(self, name: str) -> Path | None:
        """Return where systemd put a credential, if it did."""
        given = self._given / name if self._given else None
        return given if given and given.exists() else None

    def find(self, secret: Secret) -> tuple[Any, list[str]]:
        """Return a secret, or None, and warnings about where it lies. Raises NoSecret."""
        given = self._credential(secret.name)
        if given:
            return _contents(given, f"The systemd credential {secret.name}"), []
        if secret.file:
            path = self._path(secret.file)
            content = _contents(path, f"The file {path} that `{secret.name}_file` names")
            return content, list(open_file(path))
        if secret.command:
            return self._printed(secret), []
        return secret.value, list(self._in_settings(secret.value))

    def _path(self, text: str) -> Path:
        """Return a path of the settings: relative ones begin at the settings file."""
        path = Path(text).expanduser()
        return self._settings_file.parent / path if self._settings_file else path

    def _printed(self, secret: Secret) -> str:
        command = secret.command
        what = f"The command that `{secret.name}_command` names"
        try:
            words = shlex.split(command) if isinstance(command, str) else list(command)
            printed = self._run(words)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise NoSecret(f"{what} {_failure(error)}: run it by hand to see why.") from None
        return _first_line(printed, what)

    def _in_settings(self, value: Any) -> Iterator[str]:
        file = self._settings_file
        if not (value and file and file.exists()):
            return
        if str(value) in file.read_text(encoding="utf-8", errors="replace"):
            yield from open_file(file)


def _failure(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"ended with status {error.returncode}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"took longer than {error.timeout:g} seconds"
    return "can't be run"


def _contents(path: Path, what: str) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise NoSecret(f"{what} is no text: write the secret alone into it.") from None
    except OSError as error:
        raise NoSecret(
            f"{what} can't be read ({error.strerror}): correct its path or its mode."
        ) from None
    return _first_line(text, what)


def _first_line(text: str, what: str) -> str:
    """Return the first line, as password stores print notes below it."""
    first = text.strip().partition("\n")[0].strip()
    if not first:
        raise NoSecret(f"{what} gives nothing: put the secret on its first line.")
    return first


def open_files(own: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """Yield a sentence for each secret file that others on this machine may touch.

    ``own`` are a connector's checked settings, by name: each path whose name ends with
    ``_file`` leads to a secret that the connector reads itself.
    """
    for name, value in own:
        if name.endswith("_file") and isinstance(value, Path):
            yield from open_file(value)
