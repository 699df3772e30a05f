"""syncd's project in an account: found or made; what is remembered of it and its items."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from syncd.connect.contract import ConnectorMemory
from syncd.errors import SkipItem, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import PAGE_URL, Binding, Remote, Seen, Write
from syncd_todoist import mapping
from syncd_todoist.border import Json, SyncReply, incomplete_answer, parse_sync_reply
from syncd_todoist.client import EVERYTHING, TodoistClient, error_of_command
from syncd_todoist.commands import key_of, numbered
from syncd_todoist.values import TodoistAccount, known_zone

_KEY = "project_key"


class TodoistRecords:
    """The project, the account and the links that were written; and the latest seen.

    token: the latest sync token of this run: for writes, which must not move the cursor
        that the engine keeps.
    latest: the newest object of each id that this run has seen.
    unread: items that were there and could not be read: a sentence for each id.
    """

    def __init__(self, memory: ConnectorMemory, plan_zone: str) -> None:
        self._memory = memory
        self._plan_zone = plan_zone
        self._known: dict[str, dict[str, str]] = {
            name: dict(memory.get(name) or {}) for name in ("links", "sections")
        }
        self._unsaved: set[str] = set()
        self.token: str | None = None
        self.latest: dict[str, Json] = {}
        self.unread: dict[RemoteId, str] = {}

    @property
    def project(self) -> str | None:
        """The id of syncd's project, once it was found or made."""
        project = self._memory.get("project")
        return str(project) if project else None

    def bind(self, project: str) -> None:
        """Remember which project is syncd's."""
        self._memory.put("project", project)

    @property
    def account(self) -> TodoistAccount:
        """The account as far as it is known."""
        return TodoistAccount(
            zone=str(self._memory.get("zone") or self._plan_zone),
            plan_zone=self._plan_zone,
            durations=self._memory.get("durations") is not False,
        )

    def without_durations(self) -> None:
        """Remember that the account has no durations."""
        self._memory.put("durations", value=False)

    def update(self, reply: SyncReply, *, whole: bool = False) -> None:
        """Take the account and the newest objects from a sync reply."""
        if not reply.incomplete:  # else what it left out is asked for again
            self.token = reply.token
        zone = _inside(reply.account, "user", "tz_info", "timezone")
        if known_zone(zone) and zone != self._memory.get("zone"):
            self._memory.put("zone", zone)
        durations = _inside(reply.account, "user_plan_limits", "current", "durations")
        if isinstance(durations, bool) and durations != self._memory.get("durations"):
            self._memory.put("durations", durations)
        if whole or reply.full:
            self.latest.clear()
            self.unread.clear()
        for rows in reply.rows.values():
            self.latest |= rows.good
            self.unread |= rows.unread
            for remote in rows.good:
                self.unread.pop(RemoteId(remote), None)

    def is_here(self, raw: Mapping[str, Any]) -> bool:
        """Say whether an object exists and is in syncd's project."""
        return (
            not raw.get("is_deleted")
            and not raw.get("is_archived")
            and str(raw.get("project_id")) == self.project
        )

    def remote(self, kind: Kind, raw: Mapping[str, Any], link: str = "") -> Remote:
        """Return an object as syncd sees it; ``link`` is known to be a link line."""
        return mapping.remote(kind, raw, self.account, link or self.link(str(raw["id"])))

    def link(self, remote: str) -> str:
        """Return the link that syncd wrote on an item, or ""."""
        return self._known["links"].get(remote, "")

    def ours(self, seen: Seen) -> str:
        """Return the link on an item if syncd wrote it there, or on what was copied."""
        shown = str(seen.fields.get(PAGE_URL) or "")
        copied = shown in self._known["links"].values()
        return shown if copied else self.link(seen.id)

    @property
    def knows_links(self) -> bool:
        """Whether any link that syncd wrote is remembered."""
        return bool(self._known["links"])

    def owner(self, section: str) -> str | None:
        """Return the goal that a section was made for, if it is remembered."""
        return self._known["sections"].get(section)

    def may_be(self, remote: str, write: Write) -> bool:
        """Say whether a create may have made this: it is not known to belong to another."""
        if write.kind is Kind.GOAL:
            return self.owner(remote) in (None, write.entity)
        return self.link(remote) in ("", write.fields.get(PAGE_URL))

    def record_write(self, remote: str, write: Write) -> None:
        """Note the link that a write put on an item, or whose section it made."""
        if write.kind is Kind.GOAL:
            self._note("sections", remote, write.entity)
            return
        before = write.seen.fields if write.seen else {}
        link = write.fields.get(PAGE_URL, before.get(PAGE_URL))
        if link:
            self._note("links", remote, str(link))

    def forget(self, remotes: Iterable[str]) -> None:
        """Forget what is known of items that are gone."""
        for remote in remotes:
            for name, known in self._known.items():
                if known.pop(remote, None) is not None:
                    self._unsaved.add(name)
        self.save()

    def save(self) -> None:
        """Store what was noted; once for many writes."""
        for name in sorted(self._unsaved):
            self._memory.put(name, dict(self._known[name]))
        self._unsaved.clear()

    def _note(self, name: str, remote: str, value: str) -> None:
        if self._known[name].get(remote) != value:
            self._known[name][remote] = value
            self._unsaved.add(name)


def _inside(reply: Mapping[str, Any], *names: str) -> Any:
    value: Any = reply
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


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
