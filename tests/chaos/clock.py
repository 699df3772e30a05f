"""One clock for the services and for each syncd: it moves only when something happens."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncd.clock import SystemClock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = struct.Struct("<q")


class SharedClock(SystemClock):
    """Microseconds in a file that several processes map; ``step`` pass at each look."""

    def __init__(self, path: Path, step: int = 0) -> None:
        super().__init__()
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _FORM.size)
        self._step = step

    @staticmethod
    def begin(path: Path, now: datetime) -> None:
        """Write the file of a clock that shows ``now``."""
        path.write_bytes(_FORM.pack((now - _EPOCH) // timedelta(microseconds=1)))

    def add(self, span: timedelta) -> None:
        """Let time pass."""
        (before,) = _FORM.unpack(self._map[: _FORM.size])
        self._map[: _FORM.size] = _FORM.pack(before + span // timedelta(microseconds=1))

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        self.add(timedelta(microseconds=self._step))
        (passed,) = _FORM.unpack(self._map[: _FORM.size])
        return _EPOCH + timedelta(microseconds=passed)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self.now().timestamp()

    def sleep(self, seconds: float) -> bool:
        """Let that time pass, at once; say whether we were asked to stop."""
        self.add(timedelta(seconds=min(max(0.0, seconds), 86_400.0)))
        return self.stop.is_set()
