"""The connector to Todoist: tasks of syncd's project, whose sections are the goals; its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
)

from syncd.connect.contract import Busy, Connector, Outcome, Plugin, Toolbox
from syncd.connect.network import RateLimit
from syncd.errors import Mistake
from syncd.hosts import service
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Binding, Carried, Op, Pull, Remote, Write
from syncd.model.schema import Fields
from syncd_todoist import mapping

if TYPE_CHECKING:  # what speaks HTTP takes long to import
    from syncd_todoist.client import TodoistClient
    from syncd_todoist.project import ProjectProvisioner, TodoistRecords
    from syncd_todoist.reading import TodoistReader
    from syncd_todoist.writing import TodoistWriter


class TodoistSettings(BaseModel):
    """How syncd reaches Todoist, and which project is its own.

    token: the personal API token (Todoist: Settings, Integrations, Developer).
    base_url: the origin of the service; ``/api/v1/…`` is added to it.
    project: the name of the project that holds the plan's tasks.
    """

    model_config = ConfigDict(extra="forbid")

    token: SecretStr | None = None
    base_url: Annotated[str, AfterValidator(service)] = "https://api.todoist.com"
    project: str = Field(default="Career plan", min_length=1, max_length=120)

    @field_validator("project")
    @classmethod
    def _named(cls, name: str) -> str:
        if not name.strip():
            message = "must name a project"
            raise ValueError(message)
        return name.strip()


CARRIES: Mapping[Kind, Carried] = {
    Kind.TASK: replace(mapping.capabilities(Kind.TASK), live_only=True, hides_done=True),
    Kind.GOAL: replace(
        mapping.capabilities(Kind.GOAL), imports=False, delete_archives=False, live_only=True
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """What works with the account, over one client."""

    client: "TodoistClient"
    records: "TodoistRecords"
    provisioner: "ProjectProvisioner"
    reader: "TodoistReader"
    writer: "TodoistWriter"


class Todoist:
    """The contract's methods, over the client, the records and the mapping."""

    name = "todoist"
    capabilities = CARRIES
    edit_resolution = timedelta(milliseconds=1)
    provides_urls = False
    keeps_marks = False
    reads_busy = False
    batch_size = 100
    idempotent = frozenset(Op)  # each command has a uuid

    def __init__(self, settings: TodoistSettings, token: str, toolbox: Toolbox) -> None:
        self._settings = settings
        self._token = token
        self._toolbox = toolbox

    @cached_property
    def _account(self) -> _Account:
        """Make the client, and what works over it, when they are first asked for."""
        from syncd_todoist.client import TodoistClient
        from syncd_todoist.project import ProjectProvisioner, TodoistRecords
        from syncd_todoist.reading import TodoistReader
        from syncd_todoist.writing import CommandSender, TodoistWriter

        toolbox, memory = self._toolbox, self._toolbox.memory
        client = TodoistClient(self._token, self._settings.base_url, toolbox.network)
        records = TodoistRecords(memory, toolbox.timezone)
        reader = TodoistReader(client, records, toolbox.network.limiter, toolbox.clock)
        sender = CommandSender(client, records, reader)
        return _Account(
            client=client,
            records=records,
            provisioner=ProjectProvisioner(client, records, memory, self._settings.project),
            reader=reader,
            writer=TodoistWriter(client, records, sender),
        )

    def bind(self) -> Binding:
        """Find the project."""
        return self._account.provisioner.bind()

    def provision(self) -> None:
        """Make the project if it is missing."""
        self._account.provisioner.provision(self._toolbox.new_key)

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed since ``cursor``, or everything for None."""
        return self._account.reader.pull(cursor)

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one item directly; a completed one too."""
        return self._account.reader.read(kind, remote)

    def edited(self, kind: Kind, since: datetime) -> None:
        """Return None: each batch of writes reads what changed before it."""
        del kind, since

    def find(self, write: Write) -> Remote | None:
        """Look for what an unclear create made: a task by its link, a section by its name."""
        return self._account.reader.find(write)

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do these writes in order; one outcome each."""
        return self._account.writer.write(writes)

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what Todoist can hold of ``fields``."""
        return mapping.fit(kind, fields, self._account.records.account)

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say that any task and any goal can be held."""
        del fields
        return kind in self.capabilities

    def id_from_url(self, url: str) -> RemoteId | None:
        """Return None: other tools do not carry Todoist's addresses."""
        del url
        return None

    def busy(self, start: datetime, end: datetime) -> Busy:
        """Return nothing: Todoist does not know when its user is busy."""
        del start, end
        return Busy()

    def close(self) -> None:
        """Close the connections, if there are any."""
        if "_account" in self.__dict__:
            self._account.client.close()


def build(settings: TodoistSettings, toolbox: Toolbox) -> Connector:
    """Return the connector; ``Mistake`` without a token."""
    token = settings.token.get_secret_value().strip() if settings.token else ""
    if not token:
        raise Mistake(
            "Todoist needs your API token: copy it in Todoist from Settings, Integrations, "
            "Developer, and put it in connectors.todoist.token."
        )
    return Todoist(settings, token, toolbox)


PLUGIN = Plugin(
    name="todoist",
    title="Todoist",
    settings=TodoistSettings,
    build=build,
    secrets=frozenset({"token"}),
    rate_limit=lambda _: RateLimit(requests=1000, seconds=900, writes=100, items="tasks"),
)
