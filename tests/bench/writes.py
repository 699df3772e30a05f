"""What syncd does for each write: statements, commits, and CPU beside the least possible."""

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock

from syncd.engine.cycle import Engine
from syncd.engine.edits import put_all
from syncd.model.remote import Write
from syncd.store.store import Store, open_store
from tests.bench import floor
from tests.bench.plans import plan_of
from tests.bench.services import Share, engine_on, fresh, writes_of

SIZE = 1500
ROUNDS = 3
ENDS = {"BEGIN": "begins", "COMMIT": "commits", "ROLLBACK": "rollbacks"}
STEPS = {"SAVEPOINT": "savepoints", "RELEASE": "releases"}


class First:
    """A first sync that is about to begin: a plan in a state file, and empty services."""

    def __init__(self, folder: Path, size: int) -> None:
        self.store: Store = open_store(folder)
        self.tools = fresh()
        self.share = Share()
        self.engine: Engine = engine_on(self.store, self.tools, self.share)
        put_all(self.engine.context, plan_of(size), "bench")

    def close(self) -> None:
        self.engine.close()
        self.store.close()


@contextmanager
def first(folder: Path, size: int = SIZE) -> Iterator[First]:
    """Give a first sync; its engine and its store are closed afterwards."""
    with closing(First(folder, size)) as it:
        yield it


def main() -> None:
    """Print one line of JSON."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        counts, writes, sample = counted(place / "counted")
        rounds = [_round(place / str(number), sample) for number in range(ROUNDS)]
    engine, bare = ([one[place] for one in rounds] for place in (0, 1))
    result = {
        "entities": SIZE,
        "writes": writes,
        "statements_a_write": round(counts["statements"] / writes, 2),
        "commits_a_write": round(counts["commits"] / writes, 2),
        "all": dict(counts),
        "floor": {"statements_a_write": floor.STATEMENTS, "commits_a_write": floor.COMMITS},
        "engine_us_a_write": round(statistics.median(engine) * 1e6, 1),
        "floor_us_a_write": round(statistics.median(bare) * 1e6, 1),
        "cpu_ratios": [round(mine / least, 2) for mine, least in rounds],
        "cpu_ratio": round(statistics.median(mine / least for mine, least in rounds), 2),
    }
    sys.stdout.write(json.dumps(result) + "\n")


def counted(folder: Path, size: int = SIZE) -> tuple[Counter[str], int, floor.Sample]:
    """Sync once with every statement counted; return what the least is to be made of, too."""
    counts: Counter[str] = Counter()
    intents: dict[str, floor.Row] = {}
    lock = Lock()
    with first(folder, size) as it, closing(_reader(folder)) as reader:
        marks = floor.rows_of(reader, "dirty")

        def before(write: Write) -> None:
            with lock:
                if write.key not in intents:
                    found = floor.rows_of(reader, "intents")
                    intents.update((row["key"], row) for row in found)

        for tool in it.tools.values():
            tool.faults.before = before
        _driver(it.store).set_trace_callback(lambda text: counts.update(kinds_of(text)))
        assert it.engine.run().converged
        _driver(it.store).set_trace_callback(None)
        writes = writes_of(it.tools.values())
        assert len(intents) == writes, "every write is written down before it is sent"
        return counts, writes, floor.sample(reader, marks, intents.values())


def _reader(folder: Path) -> sqlite3.Connection:
    """Return another connection to the state: it sees what is written down, no more."""
    return sqlite3.connect(folder / "syncd.db", check_same_thread=False)


def kinds_of(text: str) -> Iterator[str]:
    """Yield what a statement counts as; the ends of transactions are counted apart."""
    word = text.split(None, 1)[0].upper()
    if word in ENDS:
        yield ENDS[word]
        return
    yield "statements"
    yield STEPS.get(word, word.lower())


def _driver(store: Store) -> sqlite3.Connection:
    driver = store._database._connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _round(folder: Path, sample: floor.Sample) -> tuple[float, float]:
    """Return the CPU of a write: syncd's, and the least, taken right before and after."""
    folder.mkdir()
    least = [floor.cpu_s(folder / "before.db", sample)]
    with first(folder / "state") as it:
        start = time.process_time()
        it.engine.run()
        took = time.process_time() - start - it.share.seconds
        done = writes_of(it.tools.values())  # how many updates follow hangs on the threads
    least.append(floor.cpu_s(folder / "after.db", sample))
    return took / done, statistics.mean(least) / len(sample.writes)


if __name__ == "__main__":
    main()
