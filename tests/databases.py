"""Databases as tests open them: SQL is compiled once a process, a private one is a copy.

Both cost more than most tests do with a database. Files are made and upgraded as ever.
"""

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.util import LRUCache

from syncd.store import database


def made_quickly() -> None:
    """Have this process open its databases so, from now on."""
    database.create_engine = _compiling_once(database.create_engine)
    database.upgrade = _copying(database.upgrade)


def _compiling_once(make: Callable[..., Any]) -> Callable[..., Any]:
    first = make("sqlite://")
    first.connect().close()
    dialect, texts = first.dialect, LRUCache(1000)

    def create_engine(*args: Any, **more: Any) -> Any:
        engine = make(*args, **more)
        engine.dialect = engine.pool._dialect = dialect  # texts are kept by their dialect
        engine._compiled_cache = texts
        return engine

    return create_engine


def _copying(good: Callable[..., None]) -> Callable[..., None]:
    first: list[sqlite3.Connection] = []

    def upgrade(connection: Connection, path: Path | None, today: date) -> None:
        own: Any = connection.connection.driver_connection
        if path is None and first:
            first[0].backup(own)
            return
        good(connection, path, today)
        if path is None:
            first.append(sqlite3.connect(":memory:", check_same_thread=False))
            own.backup(first[0])

    return upgrade
