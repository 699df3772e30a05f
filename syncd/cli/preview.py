"""``syncd sync --dry-run``: what a cycle would write."""

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.app import App
from syncd.cli.errors import status_of_report
from syncd.cli.lookup import chosen_tools, tool_title
from syncd.cli.output import (
    LONGEST,
    NOTHING,
    Speech,
    Words,
    add_row,
    field_word,
    kind_word,
    table,
)
from syncd.cli.session import Session
from syncd.engine.report import Report, ToolReport
from syncd.model.entities import Kind
from syncd.model.exchange.output import value_to_plain
from syncd.model.ids import RemoteId, ToolName
from syncd.model.remote import Op
from syncd.model.schema import DEFAULTS, FIELDS
from syncd.model.values import REFERENCES, Value
from syncd.sync.decide import Operation
from syncd.text import count, one_line

MOST = 90
"""Characters of what is told of a new item; `--json` tells all."""
WORDS = {Op.CREATE: "create", Op.UPDATE: "update", Op.DELETE: "remove"}


def preview(session: Session, only: Sequence[str], *, as_json: bool) -> int:
    """Decide without writing, and show the matches and all that would be written."""
    with session.app() as app:
        tools = chosen_tools(app, only)
        report = app.preview(tools)
        if as_json:
            session.speech.json(_as_json(app, report))
            return status_of_report(report)
        session.warn(app.warnings)
        for match in report.matches:
            session.speech.line(match)
        for name, tool in report.tools.items():
            _show(session.speech, _Seen(app, ToolName(name)), tool)
        for sentence in dict.fromkeys(report.problems):
            session.speech.note(sentence)
        session.speech.note("Nothing was written: `syncd sync` does it.")
        return status_of_report(report)


class _Seen:
    """Speaks of what one tool holds: its remote ids become titles of the plan."""

    def __init__(self, app: App, tool: ToolName) -> None:
        self.title = tool_title(app, tool)
        self.zone = app.zone
        self._links = app.store.links
        self._words = Words(app.store, app.zone)
        self._tool = tool
        self._known: dict[str, str | None] = {}

    def learn(self, operations: Sequence[Operation]) -> None:
        """Look up everything that the operations refer to."""
        maps = [
            (operation.kind, fields)
            for operation in operations
            for fields in (operation.fields, operation.before)
        ]
        remotes = {
            remote
            for kind, fields in maps
            for name, value in fields.items()
            if _refers(kind, name)
            for remote in _each(value)
        }
        links = self._links.by_remote(self._tool, [RemoteId(remote) for remote in remotes])
        self._known = dict.fromkeys(remotes)
        self._known |= {remote: link.entity for remote, link in links.items()}
        self._words.learn(entity for entity in self._known.values() if entity)

    def plain(self, kind: Kind, name: str, value: Value) -> Value:
        """Return a value with the plan's ids for those of the tool that are known."""
        if not _refers(kind, name) or not value:
            return value
        known = [self._known.get(remote) or remote for remote in _each(value)]
        return frozenset(known) if isinstance(value, frozenset) else known[0]

    def said(self, kind: Kind, name: str, value: Value) -> str:
        """Return a value in words."""
        if _refers(kind, name):
            entities = [self._known.get(remote) for remote in _each(value)]
            titles = sorted(
                self._words.title(entity) if entity else "a new one" for entity in entities
            )
            return one_line(", ".join(titles), LONGEST) or NOTHING
        return self._words.value(kind, name, value)


def _show(speech: Speech, seen: _Seen, tool: ToolReport) -> None:
    seen.learn(tool.plan)
    if tool.message:
        speech.line(f"{seen.title}: {tool.state}", style="bold")
        return
    plan = f"{count(len(tool.plan), 'write')}, plan {tool.plan_hash}"
    speech.line(f"{seen.title}: {plan if tool.plan else 'nothing to write'}", style="bold")
    for container in tool.makes:
        speech.line(f"make {container}", indent=2)
    if not tool.plan:
        return
    shown = table("What", "Kind", "Title", "Fields", narrow=("What", "Kind"))
    for operation in tool.plan:
        what = "take out" if operation.withdraws else WORDS[operation.op]
        add_row(
            shown,
            what,
            kind_word(operation.kind),
            one_line(operation.title, LONGEST),
            _fields(seen, operation),
        )
    speech.show(shown)


def _fields(seen: _Seen, operation: Operation) -> str:
    if operation.op is Op.UPDATE and not operation.fields:
        return "its mark"
    parts = []
    for name, (before, after) in _differences(operation).items():
        value = seen.said(operation.kind, name, after)
        old = (
            f"{seen.said(operation.kind, name, before)} → " if operation.op is Op.UPDATE else ""
        )
        parts.append(f"{field_word(name)}: {old}{value}")
    return one_line("; ".join(parts), 0 if operation.op is Op.UPDATE else MOST)


def _differences(operation: Operation) -> Mapping[str, tuple[Value, Value]]:
    """Return each field that would be written: before, after."""
    empty = DEFAULTS[operation.kind]
    return {
        name: (operation.before.get(name), value)
        for name, value in operation.fields.items()
        if operation.op is Op.UPDATE or (name != "title" and value and value != empty.get(name))
    }


def _as_json(app: App, report: Report) -> dict[str, Any]:
    """Return what a sync tells, with the matches, and each tool's plan."""
    whole = report.as_json()
    whole["matches"] = report.matches
    to_do = any(tool.plan or tool.makes for tool in report.tools.values())
    whole["converged"] = report.converged and not to_do
    for name, tool in report.tools.items():
        seen = _Seen(app, ToolName(name))
        seen.learn(tool.plan)
        plan = [_operation(seen, operation) for operation in tool.plan]
        whole["tools"][name] |= {
            "makes": list(tool.makes),
            "plan": plan,
            "plan_hash": tool.plan_hash,
        }
    return whole


def _operation(seen: _Seen, operation: Operation) -> dict[str, Any]:
    def value(name: str, field_value: Value) -> Any:
        return value_to_plain(seen.plain(operation.kind, name, field_value), seen.zone)

    return {
        "what": WORDS[operation.op],
        "kind": operation.kind,
        "id": operation.entity,
        "title": operation.title,
        "fields": {
            name: {"before": value(name, before), "after": value(name, after)}
            for name, (before, after) in _differences(operation).items()
        },
    }


def _refers(kind: Kind, name: str) -> bool:
    spec = FIELDS[kind].get(name)
    return spec is not None and spec.type in REFERENCES


def _each(value: Value) -> list[str]:
    if isinstance(value, frozenset):
        return sorted(value)
    return [str(value)] if value else []
