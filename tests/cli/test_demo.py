"""``syncd demo``: the whole story, on sandboxes."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import structlog

from syncd.cli.session import Session
from syncd.clock import SystemClock
from tests.cli.desks import Desk, Said, complaint


class Elsewhen(SystemClock):
    """Runs as the machine's clock does, from another moment on."""

    def __init__(self, begin: datetime) -> None:
        super().__init__()
        self._ahead = begin - super().now()

    def now(self) -> datetime:
        return super().now() + self._ahead


@dataclass
class Played(Desk):
    """A desk on which the demonstration was played."""

    clock: SystemClock = field(default_factory=SystemClock)
    said: Said = field(init=False)

    def session(self) -> Session:
        return Session(environ={"HOME": str(self.place), "TZ": "Asia/Tokyo"}, clock=self.clock)

    def play(self, *words: str) -> "Played":
        self.said = self.syncd("demo", "--once", "--dir", str(self.demo), *words)
        return self

    @property
    def demo(self) -> Path:
        return self.place / "demo"

    @property
    def mails(self) -> list[Path]:
        return sorted((self.demo / "mail").glob("*.eml"))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Play it once for all of this module's tests, and leave logging as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield Played(tmp_path_factory.mktemp("desk"), thorough=True).play()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_the_demonstration_goes_well(played: Played) -> None:
    assert played.said.status == 0, played.said.out
    assert "✗" not in played.said.out
    assert played.said.err == ""
    for told in (
        "learning blocks",
        "puts a ✓ before",
        "lists the value that lost",
        "an achievement is drafted",
        "it counts as missed",
        "that block has another time, and no other event moved",
        "it is pinned there",
        "that time is free again",
        "nothing changed, so nothing was written",
        "✓ the digest arrived by mail once",
    ):
        assert told in played.said.out


def test_it_makes_and_asks_what_the_readme_shows(played: Played) -> None:
    page = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    shown = re.findall(r"^ +(\w+ \d+ read, .* \(\d+ requests\))$", page, re.MULTILINE)
    assert len(shown) == 3
    for line in shown:
        assert line in played.said.out


def test_it_ends_with_the_evenings_as_the_schedule_shows_them(played: Played) -> None:
    config = played.demo / "syncd.toml"
    assert f"syncd --config {config} schedule" in played.said.out
    week = played.said.out.split("as `syncd schedule` shows them:\n\n")[1].split("\n\n")[0]
    assert week in played.syncd("--config", str(config), "schedule").out


def test_the_digest_of_its_week_arrives_as_a_mail_with_text_and_html(played: Played) -> None:
    (path,) = played.mails
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    for part, form in ((text, ".txt"), (html, ".html")):
        lines = part.get_content().splitlines()
        assert path.with_suffix(form).read_text("utf-8").splitlines() == lines
    assert mail["to"] == "me@example.org"
    for file in (path, path.with_suffix(".html"), path.with_suffix(".txt")):
        assert f" {file}\n" in played.said.out


def test_the_subject_tells_the_result_and_the_demonstration_repeats_it(played: Played) -> None:
    mail = message_from_bytes(played.mails[0].read_bytes(), policy=default)
    subject = mail["subject"]
    number = (datetime.now(ZoneInfo("Europe/Berlin")) - timedelta(days=7)).isocalendar().week
    assert subject.startswith(f"Week {number}: ")
    assert " of " in subject
    assert f"  {subject}\n" in played.said.out


def test_whoever_reads_the_digest_sees_the_week_what_to_decide_and_what_is_next(
    played: Played,
) -> None:
    text = played.mails[0].with_suffix(".txt").read_text("utf-8")
    top = " ".join(text.split("GOALS")[0].split())
    assert "done (" in top
    assert "decisions wanted. Next: " in top
    for told in ("+15 points", "syncd conflicts", "did it take place?", "assumed"):
        assert told in " ".join(text.split())
    done = text.split("\nDONE\n")[1].split("\nTIME\n")[0]
    assert "First half of the course" in done
    assert "Course, part 3: pipelines" in done
    ahead = text.split("THE COMING WEEK")[1].split("PEOPLE TO CATCH UP WITH")[0]
    assert "of at most 8 h" in ahead


def test_it_is_not_played_twice_in_one_folder(played: Played) -> None:
    again = played.syncd("demo", "--once", "--dir", str(played.demo))
    assert again.status == 2
    assert "an earlier demonstration" in complaint(again)


@pytest.mark.parametrize(
    "now",
    ["2026-03-30 00:10", "2026-10-25 23:50"],
    ids=["just after a week whose clocks go forward", "the end of one whose clocks go back"],
)
def test_it_goes_well_at_odd_moments(tmp_path: Path, now: str) -> None:
    berlin = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    clock = Elsewhen(berlin.astimezone(UTC))
    odd = Played(tmp_path, clock=clock).play("--json")
    told = odd.said.json
    assert (odd.said.status, told["ok"]) == (0, True), told["said"]
    assert not any("✗" in line for line in told["said"])
    assert {it: Path(name).exists() for it, name in told["digest"]["files"].items()} == {
        "eml": True,
        "html": True,
        "txt": True,
    }
    assert told["digest"]["files"]["eml"] == str(odd.mails[0])
    assert len(odd.mails) == 1
