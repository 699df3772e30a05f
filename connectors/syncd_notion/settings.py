"""The settings ``[connectors.notion]``."""

import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
)

from syncd.hosts import service
from syncd.model.entities import REFERENCE_ORDER, Kind
from syncd.model.ids import RemoteId
from syncd_notion.mapping import COLUMNS

_ID = re.compile(
    r"([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$",
    re.IGNORECASE,
)
_HOSTS = ("notion.so", "notion.com", "notion.site")
_KINDS: Mapping[str, Kind] = {
    name: kind for kind in COLUMNS for name in (kind.value, kind.value.removesuffix("s"))
}


def id_of(text: str) -> str:
    """Return the id in ``text``: an id, or the address of a page or database.

    Raises ValueError where there is none.
    """
    path = urlsplit(text.strip()).path.rstrip("/")
    match = _ID.search(path)
    if match is None:
        raise ValueError(f"'{text}' is no Notion id and no address of a page: copy its link")
    return "-".join(match.groups()).lower()


class Addresses:
    """Which addresses lead to pages of Notion, or of what answers in its place."""

    def __init__(self, base_url: str) -> None:
        self._own = urlsplit(base_url).netloc

    def page(self, url: str) -> RemoteId | None:
        """Return the id of the page that ``url`` leads to; None for others' addresses."""
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        known = any(host == name or host.endswith(f".{name}") for name in _HOSTS)
        if parts.scheme not in ("http", "https") or not (known or parts.netloc == self._own):
            return None
        try:
            return RemoteId(id_of(url))
        except ValueError:
            return None


class NotionSettings(BaseModel):
    """Where the plan lives in Notion.

    parent_page: the page under which syncd makes its databases: its id or address.
    databases: your own database for a kind (goals, tasks, …): its id or address, or
        the id of one of its data sources.
    properties: for a kind, your property (name or id) for a field.
    requests_per_minute: how many requests Notion allows the connection: 180, in Business
        and Enterprise workspaces 600 (Notion API documentation, request limits).
    """

    model_config = ConfigDict(extra="forbid")

    token: SecretStr | None = None
    base_url: Annotated[str, AfterValidator(service)] = "https://api.notion.com"
    parent_page: str | None = None
    databases: dict[str, str] = {}
    properties: dict[str, dict[str, str]] = {}
    requests_per_minute: int = Field(default=180, ge=10, le=100_000)

    @field_validator("parent_page")
    @classmethod
    def _parent(cls, value: str | None) -> str | None:
        return id_of(value) if value else None

    @field_validator("databases")
    @classmethod
    def _databases(cls, value: dict[str, str]) -> dict[str, str]:
        return {_kind(name): id_of(text) for name, text in value.items()}

    @field_validator("properties")
    @classmethod
    def _properties(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        return {_kind(name): _fields(_kind(name), names) for name, names in value.items()}


def kinds(settings: NotionSettings) -> tuple[Kind, ...]:
    """Return the kinds that are carried, each after those that it refers to."""
    return tuple(
        kind
        for kind in REFERENCE_ORDER
        if kind in COLUMNS and (settings.parent_page or kind.value in settings.databases)
    )


def _kind(name: str) -> str:
    kind = _KINDS.get(name.strip().lower())
    if kind is None:
        known = ", ".join(kind.value for kind in COLUMNS)
        raise ValueError(f"'{name}' is no kind that Notion holds: use one of {known}")
    return kind.value


def _fields(kind: str, names: dict[str, str]) -> dict[str, str]:
    for name in names:
        if name not in COLUMNS[Kind(kind)]:
            known = ", ".join(COLUMNS[Kind(kind)])
            raise ValueError(f"'{name}' is no field of {kind}: use one of {known}")
    return names
