"""Notion as a connector: how it is found and built, without a client library."""

from typing import TYPE_CHECKING

from syncd.connect.contract import Plugin, Toolbox
from syncd.connect.network import RateLimit
from syncd.errors import Mistake
from syncd_notion.settings import Settings

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_notion.workspace import Notion


def _build(settings: Settings, toolbox: Toolbox) -> "Notion":
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
    from syncd_notion.workspace import Notion

    return Notion(settings, token.strip(), toolbox)


PLUGIN = Plugin(
    name="notion",
    title="Notion",
    settings=Settings,
    build=_build,
    secrets=frozenset({"token"}),
    rate_limit=lambda own: RateLimit(
        requests=own.requests_per_minute, seconds=60, items="pages"
    ),
)
