"""``syncd connectors`` and ``syncd auth``."""

import typer

from syncd.app import App
from syncd.cli.errors import Exit
from syncd.cli.lookup import ToolArgument
from syncd.cli.output import Json, add_row, table
from syncd.cli.session import Session
from syncd.connect.contract import Plugin
from syncd.connect.registry import Installed
from syncd.errors import Mistake
from syncd.model.ids import ToolName
from syncd.text import nearest


def connectors(ctx: typer.Context, *, json: Json = False) -> int:
    """List the connectors that are installed."""
    session: Session = ctx.obj
    with session.app() as app:
        names = sorted({*app.registry.names(), *app.settings.connectors})
        entries = [app.registry.get(name) for name in names]
        if json:
            session.speech.json(
                {"connectors": {entry.name: _as_json(app, entry) for entry in entries}}
            )
            return 0
        grid = table(
            "Name", "Tool", "Installed", "Switched on", "State", narrow=("Name", "Tool")
        )
        for entry in entries:
            on = "yes" if entry.name in app.enabled() else "no"
            add_row(
                grid,
                entry.name,
                entry.title,
                entry.why or entry.state,
                on,
                _state(app, entry.name),
            )
        session.speech.show(grid)
        broken = any(entry.plugin is None and entry.name in app.enabled() for entry in entries)
        return Exit.MISTAKE if broken else Exit.DONE


def auth(ctx: typer.Context, tool: ToolArgument) -> int:
    """Sign in to a tool, or see whether its token works.

    No browser is needed on this machine.
    """
    session: Session = ctx.obj
    with session.app() as app:
        name = _named(app, tool)
        plugin, own = app.own_settings(name)
        session.warn(app.warnings)
        if plugin.sign_in is not None:
            network = app.network(plugin, own)
            session.speech.note(plugin.sign_in(own, session.speech.note, network))
            session.speech.note("The next sync uses it: `syncd sync`, or the daemon soon.")
            return 0
        return _try_token(session, app, name, plugin)


def _try_token(session: Session, app: App, name: ToolName, plugin: Plugin) -> int:
    """A token in the settings is all there is: see whether the tool takes it."""
    if name not in app.enabled():
        raise Mistake(
            f"{plugin.title} is not switched on: give [connectors.{name}] a `token` and"
            " `enabled = true`, then run this again."
        )
    engine = app.engine()
    try:
        unusable = engine.build([name]).get(name)
        if unusable is not None:
            session.speech.note(unusable.why)
            return Exit.SIGN_IN
        connector = engine.context.tools[name].connector
        if not connector.bind().missing:
            connector.pull(None)  # a tool that knows its containers asked for nothing yet
    finally:
        engine.close()
    session.speech.note(f"{plugin.title} accepts the token: you are signed in.")
    return 0


def _named(app: App, text: str) -> ToolName:
    """Return the installed connector that is meant. Raises ``Mistake``."""
    typed_name = text.strip().lower()
    names = app.registry.names()
    for name in names:
        if typed_name in (name, app.registry.get(name).title.lower()):
            return ToolName(name)
    near = nearest(typed_name, names)
    hint = f"did you mean `{near}`?" if near else f"use one of {', '.join(names)}."
    raise Mistake(f"No connector is called '{text}': {hint}")


def _state(app: App, name: str) -> str:
    if name not in app.enabled():
        return ""
    row = app.store.tools.get(ToolName(name))
    return str(row.state) if row.last_ok or row.message else "not synced yet"


def _as_json(app: App, entry: Installed[Plugin]) -> dict[str, object]:
    return {
        "title": entry.title,
        "installed": entry.state,
        "why": entry.why,
        "enabled": entry.name in app.enabled(),
        "state": _state(app, entry.name),
    }
