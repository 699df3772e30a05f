"""The sandbox as a client sees it that knows nothing of syncd."""

from typing import Any

import httpx

from tests.connectors.syncd_todoist.harness import TodoistHarness


class Wire:
    """Speaks to the sandbox as it is."""

    def __init__(self, harness: TodoistHarness) -> None:
        self.harness = harness
        headers = {"Authorization": f"Bearer {harness.sandbox.token}"}
        self.http = httpx.Client(base_url=f"{harness.server.origin}/api/v1", headers=headers)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query)

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.http.post(path, json=body)

    def sync(self, *commands: dict[str, Any], token: str = "*") -> dict[str, Any]:  # noqa: S107  # the service's word for all
        body = {"sync_token": token, "resource_types": ["all"], "commands": list(commands)}
        answer = self.http.post("/sync", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def do(self, kind: str, temp: str = "", **args: Any) -> Any:
        """Do one command; return its status."""
        key = self.harness.key()
        command = {"type": kind, "uuid": key, "args": args} | (
            {"temp_id": temp} if temp else {}
        )
        reply = self.sync(command)
        return reply["sync_status"][key]

    def task(self, content: str = "Read", **more: Any) -> dict[str, Any]:
        return dict(self.post("/tasks", content=content, **more).json())

    def listed(self) -> list[str]:
        """Return the titles of all active tasks, as a full sync tells them."""
        return [raw["content"] for raw in self.sync()["items"]]

    def sections(self, count: int) -> list[dict[str, Any]]:
        """Make a project with so many sections."""
        project = self.post("/projects", name="Learning").json()
        return [
            dict(self.post("/sections", name=f"S{at}", project_id=project["id"]).json())
            for at in range(count)
        ]
