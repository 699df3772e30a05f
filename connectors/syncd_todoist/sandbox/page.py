"""The page at ``/``: the projects as their person sees them, to look at and edit."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from jinja2 import Environment, FileSystemLoader, Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from syncd.connect.faults import CONTROL
from syncd_todoist.sandbox.account import AccountState
from syncd_todoist.sandbox.places import ProjectOperations
from syncd_todoist.sandbox.tasks import TaskOperations
from syncd_todoist.sandbox.wire import Json, TodoistError

_HERE = Path(__file__).parent


class TodoistPage:
    """Shows and changes; its forms post below ``/_sandbox/todoist``."""

    def __init__(self, state: AccountState, project: str) -> None:
        self._state = state
        self._project = project
        self._items = TaskOperations(state)
        self._places = ProjectOperations(state)

    def routes(self) -> list[Route]:
        """Return the page's routes."""
        acts = {
            "add": self._add,
            "edit": self._edit,
            "tick": lambda form: self._items.close(form["id"]),
            "untick": lambda form: self._items.uncomplete(form["id"]),
            "delete": lambda form: self._items.delete(form["id"]),
            "section": lambda form: self._places.add_section(form),
        }
        found = [Route("/", self._show)]
        for name, act in acts.items():
            found.append(
                Route(f"{CONTROL}/todoist/{name}", self._acting(act), methods=["POST"])
            )
        return found

    async def _show(self, request: Request) -> Response:
        with self._state.lock:
            projects = [self._project_view(raw) for raw in self._state.live("projects")]
        projects.sort(key=lambda one: (one["name"] != self._project, one["inbox"]))
        said = request.query_params.get("said", "")
        return HTMLResponse(_template().render(projects=projects, control=CONTROL, said=said))

    def _acting(self, act: Any) -> Any:
        async def endpoint(request: Request) -> Response:
            raw = (await request.body()).decode()
            form = {
                name: values[-1]
                for name, values in parse_qs(raw, keep_blank_values=True).items()
            }
            with self._state.lock:
                try:
                    act(form)
                except (TodoistError, KeyError) as error:
                    return RedirectResponse(f"/?said={quote(str(error))}", status_code=303)
            return RedirectResponse("/", status_code=303)

        return endpoint

    def _project_view(self, raw: Json) -> Json:
        items = [one for one in self._state.active_items() if one["project_id"] == raw["id"]]
        done = [
            one
            for one in self._state.tables["items"].values()
            if one["project_id"] == raw["id"] and one["checked"] and not one["is_deleted"]
        ]
        sections = [
            one for one in self._state.live("sections") if one["project_id"] == raw["id"]
        ]
        sections.sort(key=lambda one: one["section_order"])
        groups = [{"id": "", "name": "", "items": _tree(items, None)}]
        groups += [
            {"id": one["id"], "name": one["name"], "items": _tree(items, one["id"])}
            for one in sections
        ]
        return {
            "id": raw["id"],
            "name": raw["name"],
            "inbox": raw["inbox_project"],
            "groups": groups,
            "sections": sections,
            "done": done,
        }

    def _add(self, form: Mapping[str, str]) -> None:
        where = {key: form[key] for key in ("project_id", "section_id") if form.get(key)}
        due = {"due": {"string": form["due"]}} if form.get("due") else {}
        self._items.add({"content": form.get("content"), **where, **due})

    def _edit(self, form: Mapping[str, str]) -> None:
        raw = self._state.get("items", form["id"])
        new: Json = {"content": form["content"], "priority": int(form["priority"])}
        new["description"] = form["description"].replace("\r\n", "\n")
        if form["due"] != (raw["due"] or {}).get("string", ""):
            new["due"] = {"string": form["due"]}
        self._items.update(raw["id"], new)
        section = form.get("section_id", "")
        if section != (raw["section_id"] or "") and not raw["parent_id"]:
            place = {"section_id": section} if section else {"project_id": raw["project_id"]}
            self._items.move(raw["id"], place)


@functools.cache
def _template() -> Template:
    """Return the page's template: it takes its time to compile, and few ever look at it."""
    pages = Environment(loader=FileSystemLoader(_HERE), autoescape=True)
    return pages.get_template("page.html")


def _tree(items: list[Json], section: str | None) -> list[tuple[int, Json]]:
    """Return a section's tasks with how deep each is below another."""
    found: list[tuple[int, Json]] = []

    def grow(parent: str | None, depth: int) -> None:
        for one in items:
            if one["section_id"] == section and one["parent_id"] == parent:
                found.append((depth, one))
                grow(one["id"], depth + 1)

    grow(None, 0)
    return found
