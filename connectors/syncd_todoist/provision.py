"""Finding the project that holds the plan's tasks, or making it."""

from collections.abc import Callable

from syncd.connect.contract import ConnectorMemory
from syncd.errors import SkipItem, TryLater, Unclear
from syncd.model.remote import Binding
from syncd_todoist.border import Json, incomplete_answer, parse_sync_reply
from syncd_todoist.client import EVERYTHING, TodoistClient, error_of_command
from syncd_todoist.commands import TodoistRecords, key_of, numbered

_KEY = "project_key"


class ProjectProvisioner:
    """Finds syncd's project: by its id once that is known, by its name before."""

    def __init__(
        self, client: TodoistClient, records: TodoistRecords, memory: ConnectorMemory, name: str
    ) -> None:
        self._client = client
        self._records = records
        self._memory = memory
        self._name = name

    def bind(self) -> Binding:
        """Find the project. A known one costs no request: reading notices if it is gone."""
        if self._records.project is not None:
            return Binding()
        projects = self._named()
        if not projects:
            return Binding(missing=(f"the Todoist project '{self._name}'",))
        self._records.bind(projects[0]["id"])
        count = len(projects)
        if count == 1:
            return Binding()
        problem = (
            f"Todoist has {count} projects named '{self._name}': rename all but the oldest."
        )
        return Binding(problems=(problem,))

    def provision(self, new_key: Callable[[], str]) -> None:
        """Make the project, once, however often this is begun."""
        if not self.bind().missing:
            return
        key = self._memory.get(_KEY) or new_key()
        self._memory.put(
            _KEY, key
        )  # before it is sent: a lost reply must not make a second project
        temp = key_of(key, "temp")
        commands = numbered(key, [("project_add", {"name": self._name})], temp)
        reply = parse_sync_reply(self._client.sync(EVERYTHING, commands, ("projects",)))
        error = error_of_command(reply.status.get(key))
        if isinstance(error, TryLater | Unclear):
            raise error
        if error is not None:
            raise SkipItem(f"Todoist could not make the project '{self._name}': {error}")
        project = reply.created.get(temp)
        if project and self._is_named(reply.projects.good.get(project, {})):
            self._records.bind(project)
        elif self.bind().missing:
            raise Unclear(f"Todoist does not show the project '{self._name}' yet: sync again.")
        self._memory.put(_KEY, None)

    def _named(self) -> list[Json]:
        """The projects of that name, the oldest first; ``TryLater`` if any can't be read."""
        reply = parse_sync_reply(self._client.sync(EVERYTHING, (), ("projects",)))
        projects = reply.projects
        unread = [*projects.nameless, *projects.unread.values()]
        if unread:  # it may be the one: a second is not to be made
            raise TryLater(unread[0])
        if not projects.good:
            # Every account has its Inbox: without any project the answer is not whole.
            raise incomplete_answer()
        return sorted(filter(self._is_named, projects.good.values()), key=_age)

    def _is_named(self, raw: Json) -> bool:
        here = not raw.get("is_deleted") and not raw.get("is_archived")
        return here and str(raw.get("name")).strip().casefold() == self._name.casefold()


def _age(raw: Json) -> tuple[str, str]:
    return (raw.get("created_at") or "", raw["id"])
