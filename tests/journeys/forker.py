"""A process that has everything imported and forks a real syncd for each line it reads.

Starting Python for each of a hundred runs would take minutes. A line is a JSON object:
``out`` (where its output goes), ``words`` (of the command), ``env`` (variables to set),
``later`` (seconds that its clock is ahead) and ``hurried`` (its sleeps end at once, and
its clock is that much later); the answer is the child's process id, then its exit status.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NoReturn

from syncd.cli import errors
from syncd.cli.app import start, whole_command
from syncd.cli.session import Session
from syncd.clock import SystemClock
from syncd.connect import registry
from tests.planning import searching_less


class ShiftedClock(SystemClock):
    """The machine's clock, ahead by some time; if hurried, a sleep adds to that."""

    def __init__(self, later: float, *, hurried: bool) -> None:
        super().__init__()
        self._ahead = later
        self._hurried = hurried

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead

    def sleep(self, seconds: float) -> bool:
        if not self._hurried:
            return super().sleep(seconds)
        self._ahead += max(0.0, seconds)
        return super().sleep(min(seconds, 0.01))


WARM = (
    "alembic.command google.oauth2.credentials googleapiclient.discovery httpcore httpx"
    " notion_client todoist_api_python.api syncd.cli syncd.store syncd_google syncd_notion"
    " syncd_todoist"
)
"""What takes its time to import; of a package of syncd's own, every module."""


def main(become: Callable[[dict[str, Any]], int]) -> None:
    """Get ready, then serve."""
    get_ready()
    serve(become)


def get_ready() -> None:
    """Import everything, and have done what every run would do anew."""
    for name in WARM.split():
        package = importlib.import_module(name)
        if name.startswith("syncd"):
            for module in pkgutil.iter_modules(package.__path__, f"{name}."):
                importlib.import_module(module.name)
    whole_command(), registry.connectors(), registry.sandboxes()  # made once, before any fork
    searching_less().__enter__()
    gc.collect()
    gc.freeze()  # what is shared with every child is not looked at, so never copied


def serve(become: Callable[[dict[str, Any]], int]) -> None:
    """Fork and wait, until stdin ends; each child does what ``become`` does with its order."""
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            leave(become(order))
        answer(child)
        _, status = os.waitpid(child, 0)
        answer(os.waitstatus_to_exitcode(status))


def answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def become(order: dict[str, Any]) -> int:
    """Do what ``syncd.cli.app.main`` does, by another clock; output goes to files."""
    prepare(order)
    clock = ShiftedClock(order["later"], hurried=order["hurried"])
    session = Session(clock=clock)
    sys.excepthook = errors.UnexpectedErrorHook(session)
    errors.forgive_characters()
    return start(sys.argv[1:], session)


def prepare(order: dict[str, Any]) -> None:
    """Let the output go to files, and the command line be that of the order."""
    redirect(os.devnull, 0)
    redirect(f"{order['out']}.out", 1)
    redirect(f"{order['out']}.err", 2)
    os.environ.update(order["env"])
    sys.argv = ["syncd", *order["words"]]


def leave(status: int) -> NoReturn:
    """End as Python does, but for taking apart each module: that takes longest of all."""
    threading._shutdown()  # type: ignore[attr-defined]  # what Python calls at its end
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def redirect(path: str, number: int) -> None:
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    os.dup2(opened, number)
    os.close(opened)


if __name__ == "__main__":
    main(become)
