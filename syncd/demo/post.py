"""The digest of the sample week: made, sent, and found in the mail sink."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from syncd.demo.sink import Mailbox, files_of, read_mail
from syncd.demo.week import SampleWeek
from syncd.engine.context import Context
from syncd.engine.reviews import make_review
from syncd.model.values import ReviewKind
from syncd.review.periods import Period, period_of
from syncd.review.render.page import glance, subject, summary

_FORMS = ("eml", "html", "txt")


class Mailer(Protocol):
    """What sends letters."""

    def send(self) -> Sequence[object]:
        """Send what waits in the outbox."""
        ...


class Maker(Protocol):
    """What makes reviews."""

    def make(self) -> Sequence[Period]:
        """Make those that are due."""
        ...


class Poster(Protocol):
    """What knows of reviews and mails; a syncd put together from its settings."""

    @property
    def reviews(self) -> Maker:
        """Return what makes reviews."""
        ...

    def post_reviews(self) -> Sequence[str]:
        """Put the reviews that are due, and made, in the outbox."""
        ...

    def mail(self) -> Mailer:
        """Return what sends the mails that wait."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A digest: what it says first, and the files of each time it arrived."""

    subject: str
    verdict: str
    glance: str
    arrived: tuple[Sequence[Path], ...]

    @property
    def files(self) -> Mapping[str, Path]:
        """Return the files of its first arrival, by what they are."""
        names = {".eml": "the mail", ".html": "to look at", ".txt": "to read"}
        first = self.arrived[0] if self.arrived else ()
        return {names[it.suffix]: it for it in first}

    @property
    def once(self) -> bool:
        """Say whether it arrived once, with its text and its HTML."""
        return len(self.arrived) == 1 and len(self.arrived[0]) == len(_FORMS)

    @property
    def as_json(self) -> Mapping[str, object]:
        """Return it for programs; ``files`` by their form."""
        files = {it.suffix[1:]: str(it) for it in (self.arrived[0] if self.arrived else ())}
        return {"subject": self.subject, "verdict": self.verdict, "files": files}


def make(poster: Poster) -> None:
    """Make the reviews that are due, before the cycle that gives them their pages."""
    poster.reviews.make()


def post(poster: Poster) -> None:
    """Do what the daemon does with a review that is due."""
    poster.post_reviews()
    poster.mail().send()


def find(context: Context, week: SampleWeek, box: Mailbox) -> Digest:
    """Return the digest of a week, as it arrived."""
    facts = make_review(context, period_of(ReviewKind.WEEKLY, week.monday)).facts
    title = subject(facts)
    mails = [it for it in box.mails if read_mail(it.read_bytes())["subject"] == title]
    return Digest(
        subject=title,
        verdict=summary(facts),
        glance=glance(facts),
        arrived=tuple(map(files_of, mails)),
    )
