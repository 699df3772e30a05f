"""Servers to send to, and whom to trust."""

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme

from tests.mail.servers import House, Running, run


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Who vouches for the servers of these tests."""
    return trustme.CA()


@pytest.fixture(scope="session")
def trust(authority: trustme.CA) -> ssl.SSLContext:
    """What a person's machine trusts."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="session")
def certificate(authority: trustme.CA) -> ssl.SSLContext:
    """What the servers show."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def house() -> House:
    """What the server does."""
    return House()


Start = Callable[..., Running]


@pytest.fixture
def start(house: House, trust: ssl.SSLContext) -> Iterator[Start]:
    """Start a server; it ends with the test."""
    started: list[Running] = []

    def begin(**how: Any) -> Running:
        started.append(run(house, trust, **how))
        return started[-1]

    yield begin
    for one in started:
        one.controller.stop(no_assert=True)


@pytest.fixture
def running(start: Start) -> Running:
    """A server without protection or sign-in."""
    return start()
