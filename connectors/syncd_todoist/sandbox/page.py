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

from syncd.testing.fault_injection import CONTROL
from syncd_todoist.sandbox.account import TodoistState
from syncd_todoist.sandbox.places import ProjectOperations
from syncd_todoist.sandbox.tasks import TaskOperations
from syncd_todoist.sandbox.wire import Json, TodoistError

_HERE = Path(__file__).parent


class TodoistPage:
    """Shows and changes; its forms post below ``/_sandbox/todoist``."""

    def __init__(self, state: TodoistState, project: str) -> None:
        self._state = state
        self._project = project
        self._tasks = TaskOperations(state)
        self._projects = ProjectOperations(state)

    def routes(self) -> list[Route]:
        """Return the page's routes."""
        acts = {
            "add": self._add,
            "edit": self._edit,
            "tick": lambda form: self._tasks.close(form["id"]),
            "untick": lambda form: self._tasks.uncomplete(form["id"]),
            "delete": lambda form: self._tasks.delete(form["id"]),
            "section": lambda form: self._projects.add_section(form),
        }
        routes = [Route("/", self._show)]
        for name, act in acts.items():
            routes.append(
                Route(f"{CONTROL}/todoist/{name}", self._acting(act), methods=["POST"])
            )
        return routes

    async def _show(self, request: Request) -> Response:
        with self._state.lock:
            projects = [self._project_view(raw) for raw in self._state.live("projects")]
        projects.sort(key=lambda project: (project["name"] != self._project, project["inbox"]))
        message = request.query_params.get("message", "")
        return HTMLResponse(
            _template().render(projects=projects, control=CONTROL, message=message)
        )

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
                    return RedirectResponse(f"/?message={quote(str(error))}", status_code=303)
            return RedirectResponse("/", status_code=303)

        return endpoint

    def _project_view(self, raw: Json) -> Json:
        items = [task for task in self._state.active_items() if task["project_id"] == raw["id"]]
        done = [
            task
            for task in self._state.tables["items"].values()
            if task["project_id"] == raw["id"] and task["checked"] and not task["is_deleted"]
        ]
        sections = [
            row for row in self._state.live("sections") if row["project_id"] == raw["id"]
        ]
        sections.sort(key=lambda section: section["section_order"])
        groups = [{"id": "", "name": "", "items": _tree(items, None)}]
        groups += [
            {"id": row["id"], "name": row["name"], "items": _tree(items, row["id"])}
            for row in sections
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
        self._tasks.add({"content": form.get("content"), **where, **due})

    def _edit(self, form: Mapping[str, str]) -> None:
        raw = self._state.get("items", form["id"])
        new: Json = {"content": form["content"], "priority": int(form["priority"])}
        new["description"] = form["description"].replace("\r\n", "\n")
        if form["due"] != (raw["due"] or {}).get("string", ""):
            new["due"] = {"string": form["due"]}
        self._tasks.update(raw["id"], new)
        section = form.get("section_id", "")
        if section != (raw["section_id"] or "") and not raw["parent_id"]:
            place = {"section_id": section} if section else {"project_id": raw["project_id"]}
            self._tasks.move(raw["id"], place)


@functools.cache
def _template() -> Template:
    """Return the page's template; it is compiled when the page is first shown."""
    pages = Environment(loader=FileSystemLoader(_HERE), autoescape=True)
    return pages.get_template("page.html")


def _tree(items: list[Json], section: str | None) -> list[tuple[int, Json]]:
    """Return a section's tasks with how deep each is below another."""
    rows: list[tuple[int, Json]] = []

    def grow(parent: str | None, depth: int) -> None:
        for task in items:
            if task["section_id"] == section and task["parent_id"] == parent:
                rows.append((depth, task))
                grow(task["id"], depth + 1)

    grow(None, 0)
    return rows
