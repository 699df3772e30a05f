"""What a real HTTP client meets at a sandbox: the work, or the fault that was put in."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncd.testing.fault_injection import Fault, RequestLog
from syncd.testing.sandbox import Served


class Counting:
    """A sandbox that counts: GET tells the number, POST adds what the body says."""

    name = "counting"
    person: Any = None

    def __init__(self) -> None:
        self.number = 0
        routes = [
            Route("/number", self.serve, methods=["GET", "POST"]),
            Route("/_sandbox/number", self.serve, methods=["GET"]),
        ]
        self.app = Starlette(routes=routes)

    async def serve(self, request: Request) -> Response:
        if request.method == "POST":
            self.number += (await request.json())["add"]
        return JSONResponse({"number": self.number, "padding": "x" * 40})

    def settings(self, origin: str) -> dict[str, Any]:
        return {"base_url": origin}


@pytest.fixture
def served() -> Iterator[Served]:
    it = Served(Counting())  # type: ignore[arg-type]  # a sandbox in small
    yield it
    it.close()


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.origin, timeout=10) as it:
        yield it


def number(served: Served) -> int:
    return served.sandbox.number  # type: ignore[attr-defined, no-any-return]  # a sandbox in small


def test_without_a_fault_the_work_is_done(served: Served, client: httpx.Client) -> None:
    assert client.post("/number", json={"add": 2}).json()["number"] == 2
    assert client.get("/number").json()["number"] == 2


def test_a_client_that_is_there_first_waits_for_the_server() -> None:
    for _ in range(5):
        early = Served(Counting())  # type: ignore[arg-type]  # a sandbox in small
        assert httpx.get(f"{early.origin}/number", timeout=10).status_code == 200
        early.close()


def test_each_request_is_logged_as_it_came(served: Served, client: httpx.Client) -> None:
    client.post("/number?loud=1", json={"add": 2}, headers={"X-Who": "me"})
    client.get("/nowhere")
    first, second = served.log
    assert (first.method, first.path, first.query) == ("POST", "/number", "loud=1")
    assert first.json() == {"add": 2}
    assert first.headers["x-who"] == "me"
    assert [first.status, second.status] == [200, 404]


def test_a_refusal_does_no_work(served: Served, client: httpx.Client) -> None:
    served.faults.append(
        Fault(act="status", status=429, headers={"Retry-After": "7"}, reply={"why": "limit"})
    )
    refused = client.post("/number", json={"add": 2})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "7"
    assert refused.json() == {"why": "limit"}
    assert number(served) == 0
    assert served.log[0].status == 429


def test_a_refusal_may_be_a_text(served: Served, client: httpx.Client) -> None:
    served.faults.append(Fault(act="status", status=502, reply="<html>Bad gateway</html>"))
    assert client.get("/number").text == "<html>Bad gateway</html>"


def test_a_refusal_after_the_work(served: Served, client: httpx.Client) -> None:
    served.faults.append(Fault(act="status-after", status=503))
    assert client.post("/number", json={"add": 2}).status_code == 503
    assert number(served) == 2
    assert served.log[0].status == 503


def test_a_connection_closed_before_the_work(served: Served, client: httpx.Client) -> None:
    served.faults.append(Fault(act="close-before"))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        client.post("/number", json={"add": 2})
    assert number(served) == 0
    assert served.log[0].status == 0


def test_a_connection_closed_after_the_work(served: Served, client: httpx.Client) -> None:
    served.faults.append(Fault(act="close-after"))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        client.post("/number", json={"add": 2})
    assert number(served) == 2
    assert served.log[0].status == 0


@pytest.mark.parametrize(("act", "done"), [("reset-before", 0), ("reset-after", 2)])
def test_a_connection_that_is_reset(
    served: Served, client: httpx.Client, act: str, done: int
) -> None:
    served.faults.append(Fault(act=act))
    with pytest.raises(httpx.ReadError, match="reset"):
        client.post("/number", json={"add": 2})
    assert number(served) == done


def test_a_reply_in_which_the_connection_ends(served: Served, client: httpx.Client) -> None:
    served.faults.append(Fault(act="tear"))
    with pytest.raises(
        httpx.RemoteProtocolError, match="without sending complete message body"
    ):
        client.post("/number", json={"add": 2})
    assert number(served) == 2
    assert client.get("/number").json()["number"] == 2


@pytest.mark.parametrize(
    "act", ["close-before", "close-after", "reset-before", "reset-after", "tear"]
)
def test_a_closed_connection_is_no_error_of_the_sandbox(
    served: Served, client: httpx.Client, caplog: pytest.LogCaptureFixture, act: str
) -> None:
    served.faults.append(Fault(act=act))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.get("/number")
    assert client.get("/number").status_code == 200
    assert caplog.records == []


def test_a_reply_that_is_cut_off(served: Served, client: httpx.Client) -> None:
    served.faults.append(Fault(act="cut"))
    reply = client.post("/number", json={"add": 2})
    assert reply.status_code == 200
    assert reply.text.startswith('{"number":2')
    with pytest.raises(json.JSONDecodeError):
        reply.json()
    assert number(served) == 2


def test_a_reply_that_is_garbage(served: Served, client: httpx.Client) -> None:
    served.faults.append(Fault(act="garbage"))
    reply = client.post("/number", json={"add": 2})
    assert (reply.status_code, reply.text) == (200, "<html>upstream error</html>")
    assert number(served) == 2


def test_a_reply_that_takes_its_time(served: Served, client: httpx.Client) -> None:
    served.faults.append(Fault(act="delay", seconds=0.4))
    with pytest.raises(httpx.ReadTimeout):
        client.get("/number", timeout=0.1)
    assert client.get("/number").status_code == 200


def test_a_delay_is_only_a_delay(served: Served, client: httpx.Client) -> None:
    served.faults.append(Fault(act="delay", seconds=0.05))
    assert client.post("/number", json={"add": 2}).json()["number"] == 2


def test_something_may_happen_before_the_work(served: Served, client: httpx.Client) -> None:
    seen: list[tuple[str, int]] = []

    def look(request: RequestLog) -> None:
        seen.append((request.method, number(served)))

    served.faults.append(Fault(act="call", hook=look))
    assert client.post("/number", json={"add": 2}).json()["number"] == 2
    assert seen == [("POST", 0)]


def test_something_may_happen_between_the_work_and_the_reply(
    served: Served, client: httpx.Client
) -> None:
    seen: list[tuple[str, int]] = []

    def look(request: RequestLog) -> None:
        seen.append((request.method, number(served)))

    served.faults.append(Fault(act="call-after", hook=look))
    assert client.post("/number", json={"add": 2}).json()["number"] == 2
    assert seen == [("POST", 2)]


def test_what_happens_meanwhile_may_itself_ask_the_sandbox(served: Served) -> None:
    def ask(_: RequestLog) -> None:
        httpx.post(f"{served.origin}/number", json={"add": 5}, timeout=10)

    served.faults.append(Fault(act="call", method="GET", hook=ask))
    assert httpx.get(f"{served.origin}/number", timeout=10).json()["number"] == 5


@pytest.mark.parametrize(
    ("fault", "refused"),
    [
        (Fault(act="status"), [0]),
        (Fault(act="status", times=2), [0, 1]),
        (Fault(act="status", times=0), [0, 1, 2, 3]),
        (Fault(act="status", skip=1), [1]),
        (Fault(act="status", skip=2, times=0), [2, 3]),
        (Fault(act="status", method="POST"), [1]),
        (Fault(act="status", method="POST|GET", path="/num.*", times=0), [0, 1, 2, 3]),
        (Fault(act="status", path="/num", times=0), []),
        (Fault(act="status", body="add", times=0), [1, 3]),
        (Fault(act="status", body='"add": ?5', times=0), [3]),
    ],
    ids=[
        "once",
        "twice",
        "always",
        "one-passes",
        "two-pass",
        "a-method",
        "methods",
        "the-whole-path",
        "in-the-body",
        "the-second-body",
    ],
)
def test_a_fault_meets_what_it_says(
    served: Served, client: httpx.Client, fault: Fault, refused: list[int]
) -> None:
    served.faults.append(fault)
    statuses = [
        client.get("/number").status_code,
        client.post("/number", json={"add": 1}).status_code,
        client.get("/number").status_code,
        client.post("/number", json={"add": 5}).status_code,
    ]
    assert [at for at, status in enumerate(statuses) if status == 503] == refused


def test_faults_come_one_after_the_other(served: Served, client: httpx.Client) -> None:
    served.faults.append(Fault(act="status", status=500))
    served.faults.append(Fault(act="status", status=429))
    assert [client.get("/number").status_code for _ in range(3)] == [500, 429, 200]


def test_faults_that_are_taken_away_are_gone(served: Served, client: httpx.Client) -> None:
    served.faults.append(Fault(act="status", times=0))
    assert client.get("/number").status_code == 503
    served.faults.clear()
    assert client.get("/number").status_code == 200


def test_the_sandbox_s_own_pages_meet_no_fault_and_no_log(
    served: Served, client: httpx.Client
) -> None:
    served.faults.append(Fault(act="status", times=0))
    assert client.get("/_sandbox/number").status_code == 200
    assert served.log == []


def test_a_sandbox_tells_the_settings_that_lead_to_it(served: Served) -> None:
    assert served.settings() == {"base_url": served.origin}
    assert served.origin.startswith("http://127.0.0.1:")


def test_a_sandbox_that_is_closed_refuses(served: Served) -> None:
    served.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{served.origin}/number", timeout=10)


def test_a_closed_sandbox_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    it = Served(Counting())  # type: ignore[arg-type]  # a sandbox in small
    httpx.get(f"{it.origin}/number", timeout=10)
    it.close()
    assert threading.active_count() <= before


def test_a_port_can_be_chosen_and_used_again(served: Served) -> None:
    port = int(served.origin.rsplit(":", 1)[1])
    httpx.get(f"{served.origin}/number", timeout=10)
    served.close()
    again = Served(Counting(), port)  # type: ignore[arg-type]  # a sandbox in small
    assert httpx.get(f"{again.origin}/number", timeout=10).status_code == 200
    again.close()
