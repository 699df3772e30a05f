"""Notion as a connector: the contract over one workspace, and how it is found and built."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from syncd.connect.contract import Busy, Outcome, Plugin, Toolbox
from syncd.connect.network import RateLimit
from syncd.errors import Mistake, SignIn, SyncdError, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Binding, Carried, Op, Pull, Remote, Write
from syncd.model.schema import Fields
from syncd_notion.mapping import CARRIES, fit
from syncd_notion.settings import Addresses, NotionSettings


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
        # What speaks HTTP takes long to import, and a plugin is read at every start.
        from syncd_notion.client import NotionApi
        from syncd_notion.provision import Provisioner
        from syncd_notion.pull import Puller
        from syncd_notion.reviews import ReviewAnswers
        from syncd_notion.rows import RowWriter
        from syncd_notion.schema import DatabaseRegistry

        limiter, clock = toolbox.network.limiter, toolbox.clock
        self._api = NotionApi(token, settings.base_url, toolbox.network, clock)
        self._registry = DatabaseRegistry(self._api, toolbox.memory, settings, toolbox.timezone)
        self._provisioner = Provisioner(self._api, self._registry, settings)
        answers = ReviewAnswers(self._api, toolbox.memory, limiter, clock)
        self._writer = RowWriter(self._api, self._registry, answers)
        self._puller = Puller(self._api, self._registry, self._writer, limiter, clock)
        self._addresses = Addresses(settings.base_url)
        self.capabilities: Mapping[Kind, Carried] = {
            kind: CARRIES[kind] for kind in self._registry.kinds
        }

    def bind(self) -> Binding:
        """Find the databases; no request where all are bound."""
        return self._provisioner.bind()

    def provision(self) -> None:
        """Make the databases that are missing."""
        self._provisioner.provision()

    def pull(self, cursor: str | None) -> Pull:
        """Read what changed; small databases are read whole."""
        return self._puller.pull(cursor)

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one page directly."""
        return self._writer.read(kind, remote)

    def edited(self, kind: Kind, since: datetime) -> Sequence[Remote] | None:
        """Return the rows of one database that were edited since an instant."""
        return self._puller.edited(kind, since)

    def find(self, write: Write) -> Remote | None:
        """Look for the page that carries the entity's id."""
        return self._writer.find(write)

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do these writes, one request each."""
        return _each(writes, self._writer.write)

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say whether Notion has a database for this kind; a row needs nothing."""
        del fields
        return kind in self.capabilities

    def id_from_url(self, url: str) -> RemoteId | None:
        """Return the page that an address leads to, by its form alone."""
        return self._addresses.page(url)

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what Notion can hold of ``fields``."""
        bound = self._registry.get(kind)
        return fit(kind, fields, bound.fields if bound else {})

    def busy(self, start: datetime, end: datetime) -> Busy:
        """Return nothing: Notion does not know when its user is busy."""
        del start, end
        return Busy()

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


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
