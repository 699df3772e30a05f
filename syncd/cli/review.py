"""``syncd review``: how a period went, on the screen, in files and by mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from syncd.app import App
from syncd.cli.errors import Exit
from syncd.cli.mails import send
from syncd.cli.output import Json
from syncd.cli.session import Session
from syncd.engine.context import today
from syncd.engine.reviews import ReviewResult, make_review, review_id
from syncd.errors import Mistake
from syncd.mail.message import MailAudience, envelope, mail_addresses
from syncd.model.values import ReviewKind
from syncd.private import make_folder
from syncd.private import write as write_file
from syncd.review.facts import Facts, facts_json
from syncd.review.periods import Period, last_ended, read_period
from syncd.review.render.output import markdown, text
from syncd.review.render.page import page, subject, summary
from syncd.text import one_line

_NOBODY = "syncd@localhost"
"""Stands in a message that is only written to a file, where no address is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOptions:
    """What is wanted: of which period, written to which folder, sent or not."""

    period: str | None = None
    out: Path | None = None
    send: bool = False


def review(  # noqa: PLR0913  # the options of a command
    ctx: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="weekly, quarterly or annual.")
    ] = "weekly",
    *,
    period: Annotated[
        str | None,
        typer.Option(metavar="P", help="Such as 2026-W47, 2026-Q4 or 2026; else the last."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write it to files in this folder.")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Mail it now to whoever has no copy yet.")
    ] = False,
    json: Json = False,
) -> int:
    """Look back on a week, a quarter or a year.

    Without --period, on the last one that is over; it is then kept as it is.
    """
    asked = ReviewOptions(period=period, out=out, send=send)
    return show_review(ctx.obj, kind, asked, as_json=json)


def show_review(session: Session, kind: str, asked: ReviewOptions, *, as_json: bool) -> int:
    """Show a review, write it to files, or send it."""
    which = _kind(kind)
    with session.app() as app:
        if asked.send:
            app.mail().addresses()  # what is wrong with the settings is said first
        result = make_review(app.plan_context(), _period(app, which, asked.period))
        if asked.send and result.entity is None and _stands(app, result.facts.period):
            raise Mistake(
                f"The review of {result.facts.period.title} was written before syncd's state"
                " was lost, and may have been sent: read it on its page."
            )
        if asked.out is not None:
            forms = _forms(app, result.facts)
            names = _write(asked.out, result.facts.period.code, forms)
            session.speech.note(f"The review is in {asked.out}: {', '.join(names)}.")
        sent = send(app, app.reviews.letters(result.facts)) if asked.send else None
        if as_json:
            session.speech.json(_as_json(result) | ({"mail": sent.as_json} if sent else {}))
        elif asked.out is None and not sent:
            at = app.reviews.page_url(result.facts.period)
            session.speech.aloud(text(page(result.facts, answers_at=at)).rstrip())
        if sent:
            session.warn(app.warnings)
            for line in sent.lines:
                session.speech.note(line)
        return Exit.DONE if sent is None or sent.well else Exit.NOT_DONE


def _stands(app: App, period: Period) -> bool:
    """Say whether the plan has a review of a period, of which the facts are lost."""
    return app.store.plan.get(review_id(period)) is not None


def _kind(name: str) -> ReviewKind:
    try:
        return ReviewKind(name.strip().lower())
    except ValueError:
        raise Mistake(
            f"There is no {one_line(name, 40)} review: write weekly, quarterly or annual."
        ) from None


def _period(app: App, kind: ReviewKind, code: str | None) -> Period:
    day = today(app.clock, app.zone)
    if code is None:
        return last_ended(kind, day)
    try:
        period = read_period(kind, code)
    except ValueError as error:
        raise Mistake(f"`--period` is {one_line(code, 40)}: {error}.") from None
    if period.first > day:
        raise Mistake(f"{period.title} has not begun: name a period up to today.")
    return period


def _forms(app: App, facts: Facts) -> Mapping[str, bytes]:
    """Return a review in each of its forms, by the ending of its file's name."""
    own = next(
        letter for letter in app.reviews.letters(facts) if letter.audience is MailAudience.OWN
    )
    mail = app.settings.mail
    who = mail_addresses(mail.sender or _NOBODY, mail.recipients or (_NOBODY,), ())
    return {
        "txt": own.text.encode(),
        "html": own.html.encode(),
        "md": markdown(page(facts, answers_at=app.reviews.page_url(facts.period))).encode(),
        "eml": envelope(own, who, app.clock.now()).content,
    }


def _write(folder: Path, code: str, forms: Mapping[str, bytes]) -> list[str]:
    """Write a review into a folder; return the files' names. Raises ``Mistake``."""
    named = {f"review-{code}.{form}": content for form, content in forms.items()}
    try:
        make_folder(folder)
        for name, content in named.items():
            write_file(folder / name, content)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Mistake(
            f"The review can't be written to {folder} ({why}): name another folder."
        ) from None
    return list(named)


def _as_json(result: ReviewResult) -> dict[str, object]:
    return {
        "id": result.entity,
        "title": result.facts.period.title,
        "period": result.facts.period.code,
        "subject": subject(result.facts),
        "verdict": summary(result.facts),
        "facts": facts_json(result.facts),
    }
