"""``syncd plan ...``; what is done is imported when it is."""

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.arguments import Json


def plan_show(ctx: typer.Context, *, json: Json = False) -> int:
    """Show the plan as a tree."""
    from syncd.cli.plan import show

    return show(ctx.obj, as_json=json)


def plan_import(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="YAML or JSON; - for stdin.")],
) -> int:
    """Take a plan file into the plan.

    What the plan holds already is updated, not doubled. Days may be relative (+30d).
    """
    from syncd.cli.plan import import_file

    return import_file(ctx.obj, file)


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
    from syncd.cli.plan import export

    return export(ctx.obj, form, out)


def plan_check(ctx: typer.Context, *, json: Json = False) -> int:
    """Say what goals lack to be SMART, and what can't work."""
    from syncd.cli.check import check

    return check(ctx.obj, as_json=json)
