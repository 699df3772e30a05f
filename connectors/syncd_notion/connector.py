"""Notion as a connector: the contract over one workspace, and how it is found and built."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from syncd.connect.contract import Busy, Outcome, Plugin, Toolbox
from syncd.connect.network import RateLimit
from syncd.errors import Mistake, SignIn, SyncdError, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Binding, Carried, Op, Pull, Remote, Write
from syncd.model.schema import Fields
from syncd_notion.mapping import CARRIES, fit
from syncd_notion.settings import Addresses, NotionSettings, kinds

if TYPE_CHECKING:  # what speaks HTTP takes long to import
    from syncd_notion.client import NotionApi
    from syncd_notion.provision import Provisioner
    from syncd_notion.pull import Puller
    from syncd_notion.rows import RowWriter
    from syncd_notion.schema import DatabaseRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workspace:
    """What works with the workspace, over one client."""

    api: "NotionApi"
    registry: "DatabaseRegistry"
    provisioner: "Provisioner"
    writer: "RowWriter"
    puller: "Puller"


class Notion:
    """The contract over one workspace."""

    name = "notion"
    edit_resolution = timedelta(minutes=1)
    provides_urls = True
    keeps_marks = True
    reads_busy = False
    batch_size = 1
    idempotent = frozenset({Op.DELETE})  # Notion knows no keys

    def __init__(self, settings: NotionSettings, token: str, toolbox: Toolbox) -> None:
        self._settings = settings
        self._token = token
        self._toolbox = toolbox
        self._addresses = Addresses(settings.base_url)
        self.capabilities: Mapping[Kind, Carried] = {
            kind: CARRIES[kind] for kind in kinds(settings)
        }

    @cached_property
    def _workspace(self) -> _Workspace:
        """Make the client, and what works over it, when they are first asked for."""
        from syncd_notion.client import NotionApi
        from syncd_notion.provision import Provisioner
        from syncd_notion.pull import Puller
        from syncd_notion.reviews import ReviewAnswers
        from syncd_notion.rows import RowWriter
        from syncd_notion.schema import DatabaseRegistry

        settings, memory = self._settings, self._toolbox.memory
        limiter, clock = self._toolbox.network.limiter, self._toolbox.clock
        api = NotionApi(self._token, settings.base_url, self._toolbox.network, clock)
        registry = DatabaseRegistry(api, memory, settings, self._toolbox.timezone)
        writer = RowWriter(api, registry, ReviewAnswers(api, memory, limiter, clock))
        return _Workspace(
            api=api,
            registry=registry,
            provisioner=Provisioner(api, registry, settings),
            writer=writer,
            puller=Puller(api, registry, writer, limiter, clock),
        )

    def bind(self) -> Binding:
        """Find the databases; no request where all are bound."""
        return self._workspace.provisioner.bind()

    def provision(self) -> None:
        """Make the databases that are missing."""
        self._workspace.provisioner.provision()

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed; small databases are read whole."""
        return self._workspace.puller.pull(cursor)

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one page directly."""
        return self._workspace.writer.read(kind, remote)

    def edited(self, kind: Kind, since: datetime) -> Sequence[Remote] | None:
        """Return the rows of one database that were edited since an instant."""
        return self._workspace.puller.edited(kind, since)

    def find(self, write: Write) -> Remote | None:
        """Look for the page that carries the entity's id."""
        return self._workspace.writer.find(write)

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do these writes, one request each."""
        return _each(writes, self._workspace.writer.write)

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say whether Notion has a database for this kind; a row needs nothing."""
        del fields
        return kind in self.capabilities

    def id_from_url(self, url: str) -> RemoteId | None:
        """Return the page that an address leads to, by its form alone."""
        return self._addresses.page(url)

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what Notion can hold of ``fields``."""
        bound = self._workspace.registry.get(kind)
        return fit(kind, fields, bound.fields if bound else {})

    def busy(self, start: datetime, end: datetime) -> Busy:
        """Return nothing: Notion does not know when its user is busy."""
        del start, end
        return Busy()

    def close(self) -> None:
        """Close the connections, if there are any."""
        if "_workspace" in self.__dict__:
            self._workspace.api.close()


def _each(writes: Sequence[Write], do: Callable[[Write], Remote | None]) -> list[Outcome]:
    """Do writes one by one; what holds up all of them is raised where nothing is done yet."""
    outcomes: list[Outcome] = []
    for write in writes:
        try:
            outcomes.append(do(write))
        except (SignIn, TryLater) as error:
            if not outcomes:
                raise
            outcomes.append(error)
        except SyncdError as error:
            outcomes.append(error)
    return outcomes


def _build(settings: NotionSettings, toolbox: Toolbox) -> Notion:
    token = settings.token.get_secret_value() if settings.token else ""
    if not token.strip():
        raise Mistake(
            "There is no token for Notion: make an internal connection at notion.so/developers and"
            " put its token into connectors.notion.token."
        )
    if not settings.parent_page and not settings.databases:
        raise Mistake(
            "syncd does not know where to work in Notion: share a page with the connection (••• →"
            " Connections) and put its address into connectors.notion.parent_page."
        )
    return Notion(settings, token.strip(), toolbox)


PLUGIN = Plugin(
    name="notion",
    title="Notion",
    settings=NotionSettings,
    build=_build,
    secrets=frozenset({"token"}),
    rate_limit=lambda own: RateLimit(
        requests=own.requests_per_minute, seconds=60, items="pages"
    ),
)
