"""``syncd review``: how a period went, on the screen and in files."""

from pathlib import Path

from syncd.bootstrap import App
from syncd.cli.exits import Exit
from syncd.cli.plain import one_line
from syncd.cli.session import Session
from syncd.engine.reviews import Made, make_review
from syncd.engine.view import today
from syncd.errors import Mistake
from syncd.model.values import ReviewKind
from syncd.review.facts import Facts
from syncd.review.facts_json import facts_json
from syncd.review.periods import Period, last_ended, read_period
from syncd.review.render.page import page
from syncd.review.render.text import text
from syncd.review.render.verdict import subject, verdict

_Given = tuple[str | None, Path | None]


def review(session: Session, kind: str, given: _Given, *, as_json: bool) -> int:
    """Show a review, or write it to files; ``given``: --period and --out."""
    period_text, out = given
    which = _kind(kind)
    with session.app() as app:
        made = make_review(app.plan_context(), _period(app, which, period_text))
        if out is not None:
            names = _write(out, made.facts)
            session.speech.note(f"The review is in {out}: {', '.join(names)}.")
        if as_json:
            session.speech.json(_as_json(made))
        elif out is None:
            session.speech.aloud(text(page(made.facts)).rstrip())
        return Exit.DONE


def _kind(said: str) -> ReviewKind:
    try:
        return ReviewKind(said.strip().lower())
    except ValueError:
        raise Mistake(
            f"There is no {one_line(said, 40)} review: write weekly, quarterly or annual."
        ) from None


def _period(app: App, kind: ReviewKind, said: str | None) -> Period:
    day = today(app.clock, app.zone)
    if said is None:
        return last_ended(kind, day)
    try:
        found = read_period(kind, said)
    except ValueError as error:
        raise Mistake(f"`--period` is {one_line(said, 40)}: {error}.") from None
    if found.first > day:
        raise Mistake(f"{found.title} has not begun: name a period up to today.")
    return found


def _write(folder: Path, facts: Facts) -> list[str]:
    """Write a review in each of its forms. Raises ``Mistake``."""
    whole = page(facts)
    forms = {"txt": text(whole)}
    names = [f"review-{facts.period.code}.{form}" for form in forms]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in zip(names, forms.values(), strict=True):
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Mistake(
            f"The review can't be written to {folder} ({why}): name another folder."
        ) from None
    return names


def _as_json(made: Made) -> dict[str, object]:
    return {
        "id": made.entity,
        "title": made.facts.period.title,
        "period": made.facts.period.code,
        "subject": subject(made.facts),
        "verdict": verdict(made.facts),
        "facts": facts_json(made.facts),
    }
