"""Files and folders for their owner alone, whatever the umask and whatever a folder's mode."""

import contextlib
import os
import shlex
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

_FILE = 0o600
_FOLDER = 0o700
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where there is none. Raises OSError."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):  # somebody was quicker
            folder.mkdir(_FOLDER)
            folder.chmod(_FOLDER)
    path.mkdir(_FOLDER, exist_ok=True)  # says what is in the way


def opened(path: Path, flags: int) -> int:
    """Return a handle on a file, which is made where there is none. Raises OSError."""
    handle = os.open(path, flags | os.O_CREAT, _FILE)
    _close_to_others(handle)
    return handle


def tighten(path: Path) -> None:
    """Let only its owner read a file, if it is there; one of somebody else's stays as it is."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        mode = path.stat().st_mode
        if stat.S_ISREG(mode) and stat.S_IMODE(mode) != _FILE:
            path.chmod(_FILE)


def write(path: Path, content: str | bytes) -> None:
    """Put a content in a file's place, whole or not at all. Raises OSError.

    What was there goes with its mode, and whoever has it open sees nothing of the new
    content. A pipe or a device is written to as it is.
    """
    raw = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        path.write_bytes(raw)
        return
    target = path.resolve()  # a link goes on leading where it leads
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        _close_to_others(handle)
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(handle)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def open_file(path: Path) -> Iterator[str]:
    """Yield a sentence where others than its owner may touch a file with a secret."""
    if _mode(path) & _OTHERS:
        yield (
            f"Others on this machine may read the secret in {path}:"
            f" run `chmod 600 {shlex.quote(str(path))}`."
        )


def open_folder(path: Path) -> Iterator[str]:
    """Yield a sentence where others than its owner may look into the state folder."""
    if _mode(path) & _OTHERS:
        yield (
            f"Others on this machine may look into {path}, where syncd keeps your plan:"
            f" run `chmod 700 {shlex.quote(str(path))}`."
        )


def _mode(path: Path) -> int:
    """Return the mode of what is there; 0 where nothing can be seen."""
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _close_to_others(handle: int) -> None:
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode) and stat.S_IMODE(mode) != _FILE:
        with contextlib.suppress(PermissionError):  # it is somebody else's
            os.fchmod(handle, _FILE)
