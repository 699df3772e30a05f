"""Sandboxes are for this machine's own programs and pages: no other site's page can use them."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.clock import SystemClock
from syncd.connect.registry import sandboxes
from syncd.testing.sandbox import Served

# What a form of each page, and a client of each API, sends.
FORMS = {
    "notion": "/_sandbox/add",
    "google": "/_sandbox/delete",
    "todoist": "/_sandbox/todoist/add",
}
CALLS = {
    "notion": "/v1/search",
    "google": "/calendar/v3/freeBusy",
    "todoist": "/api/v1/sync",
}
REFUSED = {403, 421}


@pytest.fixture(scope="module", params=sandboxes().names())
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    place: Path = tmp_path_factory.mktemp("sandbox")
    made = Served(sandboxes().require(request.param)(place, SystemClock()))
    yield made
    made.close()


def port(served: Served) -> int:
    return int(served.origin.rpartition(":")[2])


def visit(served: Served, method: str, path: str, **headers: str) -> tuple[int, str]:
    """Ask as given, with no header that was not; return the status and the text."""
    there = http.client.HTTPConnection("127.0.0.1", port(served), timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    there.putrequest(method, path, skip_host="host" in named, skip_accept_encoding=True)
    for name, value in named.items():
        there.putheader(name, value)
    there.putheader("Content-Length", "0")
    there.endheaders()
    answer = there.getresponse()
    text = answer.read().decode()
    there.close()
    return answer.status, text


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "LOCALHOST:80", "127.8.9.1:1", "[::1]", "[::1]:8484"],
)
def test_this_machine_is_let_in_by_any_of_its_names(served: Served, host: str) -> None:
    assert visit(served, "GET", "/", host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "",
        "169.254.169.254",
        "localhost:",
        "localhost:0",
        "localhost:99999",
        "u@localhost",
        "[::2]",
        "::1",
        "localhost.",
        "local host",
        "127.0.0.1, evil.example",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_who_came_by_another_name_is_sent_away(served: Served, host: str, method: str) -> None:
    served.log.clear()
    for path in ("/", FORMS[served.sandbox.name], CALLS[served.sandbox.name]):
        status, text = visit(served, method, path, host=host)
        assert status == 421
        assert text.strip()
        assert len(text) < 200
    assert served.log == []


def test_who_says_no_name_is_sent_away(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", port(served)), timeout=10) as there:
        there.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b" 421 " in there.recv(100)


def test_who_says_two_names_is_sent_away(served: Served) -> None:
    names = b"Host: localhost\r\nHost: evil.example\r\n"
    with socket.create_connection(("127.0.0.1", port(served)), timeout=10) as there:
        there.sendall(b"GET / HTTP/1.1\r\n" + names + b"\r\n")
        assert there.recv(100).split()[1] in (b"400", b"421")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://127.0.0.1:1",
        "http://localhost",
        "file://",
        "https://HERE",
        "http://HERE/",
        "http://HERE.evil.example",
        "http://u@HERE",
        "HERE",
    ],
)
def test_another_site_s_page_changes_nothing(served: Served, method: str, origin: str) -> None:
    served.log.clear()
    host = f"127.0.0.1:{port(served)}"
    for path in (FORMS[served.sandbox.name], CALLS[served.sandbox.name], "/token"):
        status, text = visit(served, method, path, origin=origin.replace("HERE", host))
        assert status == 403
        assert text.strip()
    assert served.log == []


def test_who_says_two_origins_changes_nothing(served: Served) -> None:
    host = f"127.0.0.1:{port(served)}".encode()
    names = b"Host: " + host + b"\r\nOrigin: http://" + host + b"\r\nOrigin: null\r\n"
    with socket.create_connection(("127.0.0.1", port(served)), timeout=10) as there:
        path = CALLS[served.sandbox.name].encode()
        there.sendall(b"POST " + path + b" HTTP/1.1\r\n" + names + b"Content-Length: 0\r\n\r\n")
        assert b" 403 " in there.recv(100)


@pytest.mark.parametrize("path", [FORMS, CALLS], ids=["page", "api"])
def test_what_a_browser_says_comes_from_another_site_changes_nothing(
    served: Served, path: dict[str, str]
) -> None:
    where = path[served.sandbox.name]
    assert visit(served, "POST", where, sec_fetch_site="cross-site")[0] == 403


def test_another_site_may_lead_here(served: Served) -> None:
    told = {"origin": "https://evil.example", "sec_fetch_site": "cross-site"}
    for method in ("GET", "HEAD"):
        assert visit(served, method, "/", **told)[0] == 200
    assert visit(served, "OPTIONS", "/", **told)[0] not in REFUSED


@pytest.mark.parametrize("host", ["127.0.0.1:PORT", "localhost:PORT", "[::1]:PORT"])
def test_the_page_itself_is_let_in(served: Served, host: str) -> None:
    here = host.replace("PORT", str(port(served)))
    told = {"host": here, "origin": f"http://{here}", "sec_fetch_site": "same-origin"}
    for path in (FORMS, CALLS):
        assert visit(served, "POST", path[served.sandbox.name], **told)[0] not in REFUSED


def test_a_client_library_is_let_in(served: Served) -> None:
    for path in (FORMS, CALLS):
        assert visit(served, "POST", path[served.sandbox.name])[0] not in REFUSED
