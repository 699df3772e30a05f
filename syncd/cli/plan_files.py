"""``syncd plan import`` and ``export``: the plan as a file."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from syncd.app import App
from syncd.cli.errors import Exit
from syncd.cli.output import count
from syncd.cli.session import Session
from syncd.engine.cycle_report import sentences
from syncd.engine.edits import put_all
from syncd.errors import Mistake
from syncd.model.entities import (
    Entity,
)
from syncd.model.exchange.markdown import plan_to_markdown
from syncd.model.exchange.output import plan_to_json
from syncd.model.exchange.reading import Imported, read_plan
from syncd.model.exchange.yaml_output import plan_to_yaml
from syncd.private import write
from syncd.text import json_text, one_line

FORMS = {
    "yaml": "yaml",
    "yml": "yaml",
    "json": "json",
    "markdown": "markdown",
    "md": "markdown",
}
STDIN = "-"


def plan_export(
    ctx: typer.Context,
    *,
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", help="yaml, json or markdown.")
    ] = "yaml",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to a file instead of stdout.")
    ] = None,
) -> int:
    """Write the whole plan as YAML, JSON or Markdown."""
    return export(ctx.obj, form, out)


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


def plan_import(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="YAML or JSON; - for stdin.")],
) -> int:
    """Take a plan file into the plan.

    What the plan holds already is updated, not doubled. Days may be relative (+30d).
    """
    session: Session = ctx.obj
    text = _read(file)
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
