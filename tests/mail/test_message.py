"""What stands in a message, whatever the plan holds."""

import email
import email.policy
from collections.abc import Sequence
from email.message import EmailMessage, MIMEPart
from typing import Any

import pytest

from syncd.errors import Mistake
from syncd.mail.message import MailAudience, Picture, envelope, mail_addresses
from tests.mail.letters import ADA, BEN, EVE, MONDAY, letter, ready

SENDER = "syncd <syncd@example.org>"


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def content_of(found: EmailMessage, kind: str) -> str:
    body = found.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content


def words_of(found: EmailMessage, kind: str = "plain") -> str:
    return content_of(found, kind).replace("\r\n", "\n")


def sent(
    sender: str = SENDER,
    recipients: Sequence[str] = (ADA,),
    cc: tuple[str, ...] = (),
    **changes: Any,
) -> EmailMessage:
    """Return the message that those who get this letter read."""
    return read(
        envelope(letter(**changes), mail_addresses(sender, recipients, cc), MONDAY).content
    )


def test_a_message_says_who_when_and_that_no_person_wrote_it() -> None:
    found = sent()
    assert found["Subject"] == "Week 47: 6 h 20 of 8 h"
    assert found["From"] == SENDER
    assert found["To"] == ADA
    assert found["Date"].datetime == MONDAY
    assert found["List-Id"] == "<digest.syncd.example.org>"
    assert found["List-Unsubscribe"] == "<mailto:syncd@example.org?subject=unsubscribe>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Cc"] is None


def test_text_and_html_arrive_as_they_were_written() -> None:
    words = "Grüße: ███░ 60 % — 你好\n" + "x" * 3000 + "\n"
    found = sent(text=words, html=f"<p>{words}</p>")
    assert words_of(found) == words
    assert words_of(found, "html").strip() == f"<p>{words}</p>"


def test_no_line_of_a_message_is_longer_or_less_plain_than_mail_allows() -> None:
    content = ready(subject="ü" * 5000, text="ß" * 5000, html="a" * 5000).content
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_the_same_letter_has_the_same_name_and_bytes_every_time() -> None:
    assert ready() == ready()
    assert sent()["Message-ID"] == sent(subject="Other words")["Message-ID"]
    assert sent()["Message-ID"].endswith("@example.org>")


@pytest.mark.parametrize(
    "changes",
    [
        {"plan": "other"},
        {"kind": "quarterly"},
        {"period": "2026-W48"},
        {"audience": MailAudience.SHARED},
        {"sender": "someone@example.org"},
    ],
    ids=lambda it: next(iter(it)),
)
def test_another_plan_kind_period_audience_or_person_makes_another_name(
    changes: dict[str, Any],
) -> None:
    assert sent(cc=(BEN,), **changes)["Message-ID"] != sent(cc=(BEN,))["Message-ID"]


def test_the_partner_gets_a_message_of_their_own_and_sees_whose_it_is() -> None:
    those = mail_addresses(SENDER, [ADA], [BEN])
    made = envelope(letter(audience=MailAudience.SHARED), those, MONDAY)
    assert made.recipients == (BEN,)
    assert (read(made.content)["To"], read(made.content)["Cc"]) == (ADA, BEN)
    assert envelope(letter(), those, MONDAY).recipients == (ADA,)


def test_nobody_gets_two_by_standing_in_the_settings_twice() -> None:
    those = mail_addresses(SENDER, [ADA, f"Ada <{ADA.upper()}>", EVE], [ADA, BEN, BEN])
    assert [it.addr_spec for it in those.recipients] == [ADA, EVE]
    assert [it.addr_spec for it in those.cc] == [BEN]


HOSTILE = [
    "Week 47\r\nBcc: eve@example.org",
    "Week 47\nBcc: eve@example.org\n\nHello",
    "Week 47\x00\x1b[31m\x85Bcc: eve@example.org",
    "Week 47\u2028Bcc: eve@example.org",
]


@pytest.mark.parametrize("subject", HOSTILE, ids=ascii)
def test_no_subject_becomes_a_header_of_its_own(subject: str) -> None:
    found = sent(subject=subject)
    assert found["Bcc"] is None
    assert found["Subject"].startswith("Week 47")
    assert found["Subject"].isprintable()
    assert words_of(found) == letter().text


def test_no_subject_is_turned_around_or_endless() -> None:
    assert sent(subject="a\u202egnp.exe\u2066b\u061c")["Subject"] == "agnp.exeb"
    assert sent(subject="family \U0001f468\u200d\U0001f467")["Subject"].endswith(
        "\u200d\U0001f467"
    )
    assert len(" ".join(sent(subject="long " * 2000)["Subject"].split())) <= 150
    assert sent(subject="half \ud83d letter")["Subject"] == "half letter"


def test_text_that_no_encoding_knows_does_no_harm() -> None:
    assert content_of(sent(text="half \ud83d\0 letter"), "plain").strip() == ("half ? letter")


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        (ADA, "", ADA),
        ("Ada <ada@example.org>", "Ada", ADA),
        ("Lovelace, Ada (home) <ada@example.org>", "Lovelace, Ada (home)", ADA),
        ('"Lovelace, Ada" <ada@example.org>', "Lovelace, Ada", ADA),
        ("Ädä <ada@bücher.example>", "Ädä", "ada@xn--bcher-kva.example"),
        (
            "Ada\u202e\r\nBcc: eve@example.org <ada@example.org>",
            "Ada Bcc: eve@example.org",
            ADA,
        ),
    ],
    ids=ascii,
)
def test_addresses_are_read_as_people_write_them(written: str, name: str, address: str) -> None:
    found = sent(recipients=[written])
    (one,) = found["To"].addresses
    assert (one.display_name, one.addr_spec) == (name, address)
    assert found["Bcc"] is None


@pytest.mark.parametrize(
    "written",
    [
        "ada",
        "@example.org",
        "ädä@example.org",
        "a b@example.org",
        "a@b\r\nBcc: c@d",
        "a@b, c@d",
    ],
    ids=ascii,
)
def test_an_address_that_mail_can_not_reach_is_a_mistake_in_the_settings(written: str) -> None:
    with pytest.raises(Mistake, match=r"`mail\.sender` names an address"):
        mail_addresses(written, [ADA], ())


def test_without_a_sender_or_anyone_to_send_to_it_is_said_what_to_set() -> None:
    with pytest.raises(Mistake, match=r"set `mail\.sender`"):
        mail_addresses("", [ADA], ())
    with pytest.raises(Mistake, match=r"set `mail\.recipients`"):
        mail_addresses(SENDER, [], [BEN])


def test_the_picture_stands_in_the_html_and_says_its_numbers() -> None:
    picture = Picture(name="trend", png=b"\x89PNG...", words="4 h, 6 h\r\nBcc: eve@example.org")
    found = sent(picture=picture, html='<img src="cid:trend" alt="4 h, 6 h">')
    assert found["Bcc"] is None
    (html,) = [it for it in found.walk() if it.get_content_type() == "multipart/related"]
    image = html.get_payload(1)
    assert isinstance(image, MIMEPart)
    assert (image["Content-ID"], image.get_content()) == ("<trend>", b"\x89PNG...")
    assert image["Content-Description"] == "4 h, 6 h Bcc: eve@example.org"
    assert image.get_content_disposition() == "inline"
    assert words_of(found, "html").startswith("<img")
    assert words_of(found) == letter().text
