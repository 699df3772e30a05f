"""Finding the project that holds the plan's tasks, or making it."""

from collections.abc import Callable
from typing import Any

from syncd.connect.contract import Memory
from syncd.errors import SkipItem, TryLater, Unclear
from syncd.model.remote import Binding
from syncd_todoist.client import EVERYTHING, Client, Json
from syncd_todoist.commands import key_of, numbered
from syncd_todoist.failures import command_failed
from syncd_todoist.records import Records

_KEY = "project_key"


class Container:
    """The one project, by its id once it is known, by its name before."""

    def __init__(self, client: Client, records: Records, memory: Memory, name: str) -> None:
        self._client = client
        self._records = records
        self._memory = memory
        self._name = name

    def bind(self) -> Binding:
        """Find the project. A known one costs no request: reading tells if it is gone."""
        if self._records.project is not None:
            return Binding()
        found = self._named()
        if not found:
            return Binding(missing=(f"the Todoist project '{self._name}'",))
        self._records.bind(str(found[0]["id"]))
        if len(found) == 1:
            return Binding()
        count = len(found)
        problem = (
            f"Todoist has {count} projects named '{self._name}': rename all but the oldest."
        )
        return Binding(problems=(problem,))

    def provision(self, new_key: Callable[[], str]) -> None:
        """Make the project, once, however often this is begun."""
        if not self.bind().missing:
            return
        key = self._memory.get(_KEY) or new_key()
        self._memory.put(_KEY, key)  # before it is sent: a lost reply makes no second one
        temp = key_of(key, "temp")
        commands = numbered(key, [("project_add", {"name": self._name})], temp)
        reply = self._client.sync(EVERYTHING, commands, ("projects",))
        failed = command_failed((reply.get("sync_status") or {}).get(key))
        if isinstance(failed, TryLater | Unclear):
            raise failed
        if failed is not None:
            raise SkipItem(f"Todoist could not make the project '{self._name}': {failed}")
        made = (reply.get("temp_id_mapping") or {}).get(temp)
        if made:
            self._records.bind(str(made))
        elif self.bind().missing:
            raise Unclear(f"Todoist does not show the project '{self._name}' yet: sync again.")
        self._memory.put(_KEY, None)

    def _named(self) -> list[Json]:
        """The projects of that name, the oldest first."""
        wanted = self._name.casefold()
        reply = self._client.sync(EVERYTHING, (), ("projects",))
        if not reply.get("projects"):
            # Every account has its Inbox: without any project the answer is not whole.
            raise TryLater("Todoist's answer is not whole: reading it again later.")
        named = [
            raw
            for raw in reply["projects"]
            if str(raw.get("name")).strip().casefold() == wanted
            and not raw.get("is_deleted")
            and not raw.get("is_archived")
        ]
        return sorted(named, key=_age)


def _age(raw: Json) -> tuple[Any, Any]:
    return (str(raw.get("created_at") or ""), str(raw["id"]))
