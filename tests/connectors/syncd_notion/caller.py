"""A plain HTTP client of the sandbox, for the tests of its fidelity."""

from pathlib import Path
from typing import Any

import httpx

from syncd.testing.fake_clock import FakeClock
from syncd.testing.sandbox import Served
from syncd_notion.sandbox.app import VERSION, NotionSandbox, make

NOWHERE = "5e000000-0000-4000-8000-000000000999"

COLUMNS = {
    "Text": {"rich_text": {}},
    "Number": {"number": {"format": "number"}},
    "Box": {"checkbox": {}},
    "Link": {"url": {}},
    "Mail": {"email": {}},
    "Choice": {"select": {"options": [{"name": "One"}]}},
    "State": {"status": {}},
    "Many": {"multi_select": {}},
    "Day": {"date": {}},
    "Made": {"created_time": {}},
}


class Caller:
    """A plain HTTP client of the sandbox."""

    def __init__(self, directory: Path) -> None:
        self.clock = FakeClock()
        self.sandbox: NotionSandbox = make(directory, self.clock)
        self.served = Served(self.sandbox)
        headers = {"Authorization": f"Bearer {self.sandbox.token}", "Notion-Version": VERSION}
        self.http = httpx.Client(base_url=self.served.origin, headers=headers)

    def call(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        reply = self.http.request(method, f"/v1{path}", json=body)
        assert reply.status_code == status, reply.text
        return reply.json()

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
        reply = self.http.request(method, f"/v1{path}", json=body)
        found = reply.json()
        assert found["object"] == "error"
        assert found["status"] == reply.status_code
        return found["status"], found["code"], found["message"]

    def database(self, properties: dict[str, Any], title: str = "Plans") -> tuple[str, str]:
        """Make a database; return its id and its data source's."""
        made = self.call(
            "POST",
            "/databases",
            {
                "parent": {"type": "page_id", "page_id": self.sandbox.parent_page},
                "title": [{"type": "text", "text": {"content": title}}],
                "initial_data_source": {"properties": {"Name": {"title": {}}, **properties}},
            },
        )
        return made["id"], made["data_sources"][0]["id"]

    def row(self, source: str, properties: dict[str, Any]) -> Any:
        body = {"parent": {"data_source_id": source}, "properties": properties}
        return self.call("POST", "/pages", body)

    def query(self, source: str, **body: Any) -> Any:
        return self.call("POST", f"/data_sources/{source}/query", body)


def text(content: str, **style: Any) -> dict[str, Any]:
    return {"type": "text", "text": {"content": content}, "annotations": style}


def named(name: str) -> dict[str, Any]:
    return {"title": [text(name)]}


def titles(reply: Any) -> list[str]:
    found = [row["properties"]["Name"]["title"] for row in reply["results"]]
    return ["".join(run["plain_text"] for run in runs) for runs in found]
