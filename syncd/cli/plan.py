"""``syncd plan show``, ``import`` and ``export``."""

import sys
from collections.abc import Iterable
from pathlib import Path

from syncd.bootstrap import App
from syncd.cli.errors import Exit
from syncd.text import json_text
from syncd.text import one_line
from syncd.cli.session import Session
from syncd.cli.tree import show_plan
from syncd.cli.output import count
from syncd.engine.damaged import sentences
from syncd.engine.edits import put_all
from syncd.errors import Mistake
from syncd.model.entities import Entity
from syncd.model.exchange.markdown import plan_to_markdown
from syncd.model.exchange.output import plan_to_json, plan_to_yaml
from syncd.model.exchange.reading import Imported, read_plan
from syncd.private import write

FORMS = {
    "yaml": "yaml",
    "yml": "yaml",
    "json": "json",
    "markdown": "markdown",
    "md": "markdown",
}
STDIN = "-"


def show(session: Session, *, as_json: bool) -> int:
    """Show the plan as a tree."""
    with session.app() as app:
        entities = _live(app)
        if as_json:
            session.speech.json(plan_to_json(_every(app), app.zone))
        elif entities:
            show_plan(session.speech, entities, app.zone)
        else:
            session.speech.note(
                "The plan is empty: take one in with `syncd plan import FILE`, or sync a tool."
            )
        session.warn(list(sentences(app.store)))
        return Exit.DONE


def export(session: Session, form: str, out: Path | None) -> int:
    """Write the whole plan to stdout or a file."""
    known = FORMS.get(form.lower())
    if known is None:
        said = one_line(form, 40)
        raise Mistake(f"The plan can't be written as '{said}': use yaml, json or markdown.")
    with session.app() as app:
        text = _written(app, known)
        session.warn(list(sentences(app.store)))
        if out is None:
            session.speech.data(text)
            return Exit.DONE
        _write(out, text)
        session.speech.note(f"The plan is in {out}.")
        return Exit.DONE


def import_file(session: Session, name: str) -> int:
    """Take a plan file into the plan; tell what in it could not be read."""
    text = _read(name)
    with session.app() as app:
        read = read_plan(text, app.clock.now(), _every(app), app.zone)
        _refuse_seconds(app, read.entities)
        changed = put_all(app.plan_context(), read.entities, "import")
        session.warn(list(read.problems))
        session.speech.line(_taken(read, changed))
        if changed:
            session.speech.note(
                "The tools hear of it with the next sync; `syncd plan check` looks it over."
            )
        return Exit.NOT_DONE if read.problems else Exit.DONE


def _refuse_seconds(app: App, entities: Iterable[Entity]) -> None:
    """Raise ``Mistake`` where a file would add what is there and can't be read."""
    plan = app.store.plan
    for one in entities if plan.damaged else ():
        if plan.damaged_titled(one.title) and plan.get(one.id) is None:
            raise Mistake(
                f"'{one_line(one.title, 40)}' is in the plan already and can't be read: mend"
                " it as `syncd status` says, then import this again."
            )


def _write(out: Path, text: str) -> None:
    """Write a plan to a file, for its owner alone. Raises ``Mistake``."""
    try:
        write(out, text if text.endswith("\n") else f"{text}\n")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Mistake(
            f"The plan can't be written to {out} ({why}): name another file."
        ) from None


def _taken(read: Imported, changed: int) -> str:
    said = f"{count(len(read.entities), 'entry', 'entries')} read"
    if not changed:
        return f"{said}; the plan holds them already."
    return f"{said}, {changed} added or changed in the plan."


def _read(name: str) -> str:
    """Return the text of a file, or of stdin. Raises ``Mistake``."""
    try:
        if name == STDIN:
            return sys.stdin.buffer.read().decode("utf-8")
        return Path(name).expanduser().read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Mistake(f"{name} is not UTF-8 text: save it as UTF-8, then import it.") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Mistake(f"{name} can't be read ({why}): name another file.") from None


def _written(app: App, form: str) -> str:
    if form == "json":
        return json_text(plan_to_json(_every(app), app.zone))
    if form == "yaml":
        return plan_to_yaml(_every(app), app.zone)
    return plan_to_markdown(_live(app), app.zone)


def _every(app: App) -> list[Entity]:
    return [record.entity for record in app.store.plan.every()]


def _live(app: App) -> list[Entity]:
    return [record.entity for record in app.store.plan.every(archived=False)]
