"""The mail sink of the demonstration, over real SMTP."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from syncd.demo.smtp_sink import LARGEST, MOST, Mailbox, SmtpSink, files_of, read_mail


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SmtpSink]:
    made = SmtpSink(tmp_path / "mail")
    yield made
    made.close()


def mail(subject: str = "Week 47: 6 h of 7 h", html: str = "<p>Grüße</p>") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"] = subject, "syncd@example.org"
    made["To"] = "me@example.org"
    made.set_content("Grüße\n.\n..")
    if html:
        made.add_alternative(html, subtype="html")
    return made


def send(sink: SmtpSink, made: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, "localhost", timeout=10) as smtp:
        smtp.send_message(made)


def names(folder: Path) -> list[str]:
    return sorted(it.name for it in folder.iterdir())


def test_a_mail_is_kept_with_its_text_and_its_html(sink: SmtpSink, tmp_path: Path) -> None:
    send(sink, mail())
    stem = "001-week-47"
    assert names(tmp_path / "mail") == [f"{stem}.eml", f"{stem}.html", f"{stem}.txt"]
    found = read_mail(sink.box.mails[0].read_bytes())
    assert found["subject"] == "Week 47: 6 h of 7 h"
    eml, html, text = files_of(sink.box.mails[0])
    assert eml.suffix == ".eml"
    assert "<p>Grüße</p>" in html.read_text("utf-8")
    assert text.read_text("utf-8").split() == ["Grüße", ".", ".."]


def test_mails_are_numbered_as_they_arrive(sink: SmtpSink, tmp_path: Path) -> None:
    for subject in ("Second to none: 1", "", "../../etc/passwd\N{RIGHT-TO-LEFT OVERRIDE}"):
        send(sink, mail(subject, html=""))
    assert [it.name for it in sink.box.mails] == [
        "001-second-to-none.eml",
        "002-mail.eml",
        "003-etc-passwd.eml",
    ]


def test_a_full_box_asks_to_try_later(sink: SmtpSink, tmp_path: Path) -> None:
    for number in range(MOST):
        (tmp_path / "mail" / f"{number + 1:03}-x.eml").touch()
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(sink, mail())
    assert refused.value.smtp_code == 452
    assert len(sink.box.mails) == MOST


def test_a_mail_that_is_too_large_is_refused(sink: SmtpSink) -> None:
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        send(sink, mail(html="x" * LARGEST))
    assert refused.value.smtp_code == 552
    assert sink.box.mails == []


def test_a_box_that_was_there_goes_on_counting(tmp_path: Path) -> None:
    for _ in range(2):
        assert Mailbox(tmp_path).keep(mail().as_bytes())
    assert [it.name for it in Mailbox(tmp_path).mails] == ["001-week-47.eml", "002-week-47.eml"]


def test_after_its_end_nobody_answers(tmp_path: Path) -> None:
    sink = SmtpSink(tmp_path)
    sink.close()
    with pytest.raises(OSError):
        smtplib.SMTP("127.0.0.1", sink.port, timeout=2)
