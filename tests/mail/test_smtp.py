"""Sending over real SMTP: who got it, who did not, and what the person is told."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from syncd.errors import Mistake, SignIn, TryLater, Unclear
from syncd.mail.smtp import Receipt, Server, SmtpSender
from tests.mail.conftest import Start
from tests.mail.letters import ADA, BEN, EVE, ready
from tests.mail.servers import PASSWORD, House, Running, signing_in


class Stop(Exception):
    """Someone says at the last moment that it must not be sent."""


def nothing(those: tuple[str, ...]) -> None:
    """Let it be sent."""


def test_a_message_arrives_byte_for_byte_with_its_dots(running: Running) -> None:
    text = "one\n.\n..two\n.three\nend\n"
    message = ready(text=text)
    assert running.post().send(message, nothing) == Receipt(taken=(ADA,))
    assert running.house.arrived == [(ADA, message.content)]


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_message_goes_the_way_that_the_settings_say(
    start: Start, house: House, certificate: ssl.SSLContext, security: str
) -> None:
    ways: dict[str, dict[str, Any]] = {
        "starttls": {"tls_context": certificate, "require_starttls": True},
        "tls": {"ssl_context": certificate},
        "none": {},
    }
    start(**ways[security]).post(security=security).send(ready(), nothing)
    assert len(house.inbox(ADA)) == 1
    if security == "starttls":
        assert house.protected == [True]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_right_password_lets_in(
    start: Start, house: House, certificate: ssl.SSLContext, security: str
) -> None:
    ways: dict[str, dict[str, Any]] = {
        "starttls": {"tls_context": certificate},
        "tls": {"ssl_context": certificate, "auth_require_tls": False},
    }
    server = start(**signing_in(**ways[security]))
    server.post(security=security, username="ada", password=PASSWORD).send(ready(), nothing)
    assert len(house.inbox(ADA)) == 1


def test_a_wrong_password_asks_to_sign_in(
    start: Start, house: House, certificate: ssl.SSLContext
) -> None:
    server = start(**signing_in(tls_context=certificate))
    post = server.post(security="starttls", username="ada", password=PASSWORD[::-1])
    with pytest.raises(SignIn, match=r"refuses the sign-in .*correct `mail\.username`") as told:
        post.send(ready(), nothing)
    assert PASSWORD[::-1] not in str(told.value)
    assert house.arrived == []


def test_a_server_that_wants_a_sign_in_asks_for_one(
    start: Start, certificate: ssl.SSLContext
) -> None:
    server = start(**signing_in(tls_context=certificate))
    with pytest.raises(SignIn, match=r"set `mail\.username` and `mail\.password`"):
        server.post(security="starttls").send(ready(), nothing)


def test_a_name_without_a_password_asks_for_one(running: Running) -> None:
    with pytest.raises(SignIn, match=r"set `mail\.password`"):
        running.post(username="ada").send(ready(), nothing)


def test_a_password_is_never_sent_unprotected() -> None:
    server = Server(host="mail.example.org", security="none", username="a", password=PASSWORD)
    with pytest.raises(Mistake, match="A password is not sent unprotected"):
        SmtpSender(server).send(ready(), nothing)


def test_a_server_without_starttls_gets_nothing(running: Running) -> None:
    post = running.post(security="starttls", username="ada", password=PASSWORD)
    with pytest.raises(Mistake, match="offers no STARTTLS"):
        post.send(ready(), nothing)
    assert running.house.arrived == []


def test_a_server_that_offers_no_sign_in_is_a_mistake_in_the_settings(running: Running) -> None:
    with pytest.raises(Mistake, match="offers no sign-in"):
        running.post(username="ada", password=PASSWORD).send(ready(), nothing)


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    start: Start, certificate: ssl.SSLContext
) -> None:
    server = start(tls_context=certificate)
    strangers = ssl.create_default_context()
    with pytest.raises(Mistake, match="certificate that is not trusted"):
        server.post(security="starttls", trust=strangers).send(ready(), nothing)
    assert server.house.arrived == []


def test_a_certificate_for_another_name_is_not_trusted(
    start: Start, certificate: ssl.SSLContext
) -> None:
    server = start(tls_context=certificate)
    with pytest.raises(Mistake, match="certificate that is not trusted"):
        server.post(security="starttls", host="localhost").send(ready(), nothing)


def test_tls_where_there_is_none_is_a_mistake_in_the_settings(running: Running) -> None:
    with pytest.raises(Mistake, match=r"set `mail\.security` and `mail\.port`"):
        running.post(security="tls").send(ready(), nothing)


def test_without_a_host_it_is_said_what_to_set() -> None:
    with pytest.raises(Mistake, match=r"set `mail\.host`"):
        SmtpSender(Server(host="")).send(ready(), nothing)


def test_of_two_recipients_the_one_who_is_not_refused_gets_it(
    running: Running, house: House
) -> None:
    house.refuses = {BEN: "550 no such person", EVE: "451 not now"}
    receipt = running.post().send(ready(ADA, BEN, EVE), nothing)
    assert receipt == Receipt(
        taken=(ADA,), refused={BEN: "no such person"}, later={EVE: "not now"}
    )
    assert [who for who, _ in house.arrived] == [ADA]


def test_where_everyone_is_refused_nothing_is_sent(running: Running, house: House) -> None:
    house.refuses = {ADA: "553 no such person"}
    asked: list[tuple[str, ...]] = []
    receipt = running.post().send(ready(), asked.append)
    assert receipt == Receipt(refused={ADA: "no such person"})
    assert (asked, house.arrived) == ([], [])


def test_a_refused_sender_is_a_mistake_in_the_settings(running: Running, house: House) -> None:
    house.refuses_sender = "550 not you"
    with pytest.raises(
        Mistake, match=r"refuses the sender \(not you\): correct `mail\.sender`"
    ):
        running.post().send(ready(), nothing)


@pytest.mark.parametrize(
    ("reply", "receipt"),
    [
        ("451 try later", Receipt(later={ADA: "try later"})),
        ("554 spam", Receipt(refused={ADA: "spam"})),
    ],
)
def test_a_message_that_is_not_taken_at_its_end_has_reached_nobody(
    running: Running, house: House, reply: str, receipt: Receipt
) -> None:
    house.replies = [reply]
    assert running.post().send(ready(), nothing) == receipt
    assert house.arrived == []


def test_words_of_a_server_can_not_paint_the_terminal(running: Running, house: House) -> None:
    house.refuses = {ADA: "550 \x1b[31mred " + "x" * 400}
    (why,) = running.post().send(ready(), nothing).refused.values()
    assert why.startswith("[31mred")
    assert len(why) <= 200


def test_a_server_that_dies_after_all_was_sent_leaves_it_unclear(
    running: Running, house: House
) -> None:
    house.replies = [None]
    with pytest.raises(Unclear, match="hung up before it said whether"):
        running.post().send(ready(), nothing)


def test_what_is_stopped_at_the_last_moment_reaches_nobody(
    running: Running, house: House
) -> None:
    def stop(those: tuple[str, ...]) -> None:
        raise Stop

    with pytest.raises(Stop):
        running.post().send(ready(), stop)
    running.post().send(ready(BEN), nothing)
    assert [who for who, _ in house.arrived] == [BEN]


def test_nobody_has_it_before_the_last_word(running: Running, house: House) -> None:
    seen = []
    running.post().send(ready(ADA, BEN), lambda those: seen.append((those, [*house.arrived])))
    assert seen == [((ADA, BEN), [])]


def test_a_server_that_is_not_there_is_tried_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TryLater, match="can't be reached"):
        SmtpSender(Server(host="127.0.0.1", port=port, security="none")).send(ready(), nothing)


@contextmanager
def scripted(*script: bytes | None) -> Iterator[int]:
    """A server that says these, one for each line it reads; None: nothing, and waits."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as line, line.makefile("rb") as lines:
            for words in script:
                if words is None:
                    lines.read()
                    return
                line.sendall(words)
                if not lines.readline():
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    thread.join(timeout=20)


HELLO, OK, GO_ON = b"220 hello\r\n", b"250 ok\r\n", b"354 go on\r\n"


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ((None,), TryLater),
        ((HELLO, None), TryLater),
        ((b"554 go away\r\n",), Mistake),
        ((b"421 too many\r\n",), TryLater),
        ((HELLO, OK, b"452 full\r\n"), TryLater),
        ((HELLO, OK, b"530 sign in\r\n"), SignIn),
        ((HELLO, OK, OK, b"421 closing\r\n"), TryLater),
        ((HELLO, OK, OK), TryLater),
        ((HELLO, OK, OK, OK), TryLater),
        ((HELLO, OK, OK, OK, GO_ON, None), Unclear),
        ((HELLO, b"gibberish\r\n", None), TryLater),
    ],
    ids=[
        "silent",
        "silent after hello",
        "go away",
        "too many",
        "full",
        "sign in",
        "closing",
        "gone after the sender",
        "gone after the recipient",
        "silent at the end",
        "gibberish",
    ],
)
def test_a_server_that_fails_on_the_way_is_understood(
    script: tuple[bytes | None, ...], error: type[Exception]
) -> None:
    with scripted(*script) as port:
        server = Server(
            host="127.0.0.1", port=port, security="none", reply_timeout=0.5, end_timeout=0.5
        )
        with pytest.raises(error):
            SmtpSender(server).send(ready(), nothing)


def test_a_server_that_dies_before_the_end_was_sent_has_nothing() -> None:
    left: list[tuple[str, ...]] = []
    with scripted(HELLO, OK, OK, OK, GO_ON) as port:
        server = Server(host="127.0.0.1", port=port, security="none", reply_timeout=5)
        with pytest.raises(TryLater):
            SmtpSender(server).send(ready(text="long line\n" * 2_000_000), left.append)
    assert left == []


def test_a_password_is_not_shown_with_its_server() -> None:
    assert PASSWORD not in repr(Server(host="h", username="u", password=PASSWORD))
