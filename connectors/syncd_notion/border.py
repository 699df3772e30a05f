"""What Notion's objects must be before anything of them is believed; pure.

A ``Shape`` names what is evidence: ids, what lies in the trash, where a thing lives, edit
times, whether a listing goes on. Keys that a reply may lack have a default; none of them is
ever null, but where it says so. What a person sees is read field by field afterwards.
Whether a reply is what was asked for, and what happens next where it is not, is here too.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationError, model_validator

from syncd.connect.border import Id, Shape, fault
from syncd.errors import TryLater, Unclear
from syncd_notion.dates import instant
from syncd_notion.page_content import plain, text_of

Json = dict[str, Any]

TITLE = "Notion"
CREATED, EDITED = "created_time", "last_edited_time"
_URL = re.compile(r"https?://[^\s\x00-\x20]+")
_TEXTS = frozenset(
    {
        *("paragraph", "heading_1", "heading_2", "heading_3", "heading_4", "quote", "toggle"),
        *("bulleted_list_item", "numbered_list_item", "to_do", "callout", "code"),
    }
)
"""The blocks that always have a text (Notion API documentation); others may have one."""


def _stamp(text: str) -> str:
    if instant(text) is None:
        message = "no time"
        raise ValueError(message)
    return text


def _address(text: str) -> str:
    if text and not _URL.fullmatch(text):
        message = "no address"
        raise ValueError(message)
    return text


def _runs(runs: list[Any]) -> list[Any]:
    if text_of(runs) is None:
        message = "no text"
        raise ValueError(message)
    return runs


Stamp = Annotated[str, AfterValidator(_stamp)]
Address = Annotated[str, AfterValidator(_address)]
Runs = Annotated[list[Any], AfterValidator(_runs)]
"""A text whose every run can be read: by titles and descriptions databases are known again."""


class RowParent(Shape):
    """Where a row lives: in a data source, or moved elsewhere."""

    data_source_id: Id | None = None
    database_id: Id | None = None
    page_id: Id | None = None
    block_id: Id | None = None
    workspace: bool | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> "RowParent":
        ids = (self.data_source_id, self.database_id, self.page_id, self.block_id)
        if not self.workspace and not any(ids):
            message = "nowhere"
            raise ValueError(message)
        return self


class RowReply(Shape):
    """A row of a data source; its values are by the names of their properties."""

    object: Literal["page"] = "page"
    id: Id
    parent: RowParent = RowParent(workspace=True)
    in_trash: bool = False
    is_archived: bool = False
    created_time: Stamp = ""
    last_edited_time: Stamp = ""
    url: Address = ""
    properties: dict[str, Any]


class ContainerParent(Shape):
    """Where a database or a data source lives, of whatever sort that is."""

    page_id: Id | None = None
    database_id: Id | None = None


class NamedReply(Shape):
    """What is named in a list by its id."""

    id: Id


class DatabaseReply(Shape):
    """A database: known again by the line in its description, or by its title."""

    object: Literal["database"] = "database"
    id: Id
    in_trash: bool = False
    parent: ContainerParent = ContainerParent()
    created_time: Stamp = ""
    title: Runs
    description: Runs
    data_sources: list[NamedReply]


class OptionReply(Shape):
    """One of the words that a property offers."""

    id: str
    name: str


class PropertyConfig(Shape):
    """What a schema says of a property beyond its type."""

    options: list[OptionReply] = Field(default_factory=list)
    data_source_id: Id | None = None
    database_id: Id | None = None


class PropertyReply(Shape):
    """A property as a schema has it."""

    id: str
    type: str
    select: PropertyConfig | None = None
    status: PropertyConfig | None = None
    multi_select: PropertyConfig | None = None
    relation: PropertyConfig | None = None

    @property
    def config(self) -> PropertyConfig:
        """Return what the schema says of its type."""
        configs = (self.select, self.status, self.multi_select, self.relation)
        return next((config for config in configs if config is not None), PropertyConfig())


class DataSourceReply(Shape):
    """A data source: its schema, in which one property is always the title."""

    object: Literal["data_source"] = "data_source"
    id: Id
    in_trash: bool = False
    parent: ContainerParent = ContainerParent()
    title: Any = None
    properties: dict[str, PropertyReply]

    @model_validator(mode="after")
    def _has_a_title(self) -> "DataSourceReply":
        if not any(reply.type == "title" for reply in self.properties.values()):
            message = "no title"
            raise ValueError(message)
        return self


class SearchHit(Shape):
    """A data source as the search shows it: it lags, and its types may be wrong."""

    id: Id
    in_trash: bool = False
    parent: ContainerParent = ContainerParent()
    title: Runs = Field(default_factory=list)
    properties: dict[str, Any] = Field(default_factory=dict)


class BlockReply(Shape):
    """A block of a page."""

    object: Literal["block"] = "block"
    id: Id
    type: str
    in_trash: bool = False
    has_children: bool = False


class ListingStatus(Shape):
    """Whether Notion cut a listing off; it may be null."""

    type: Literal["complete", "incomplete"]


class ListingReply(Shape):
    """One page of a listing; its cursor is null at the end."""

    object: Literal["list"] = "list"
    results: list[Any]
    has_more: bool = False
    next_cursor: str | None = None
    request_status: ListingStatus | None = None

    @property
    def goes_on(self) -> bool:
        """Say whether there is more; where it is not said, a cursor says so."""
        stated = "has_more" in self.model_fields_set
        return self.has_more if stated else bool(self.next_cursor)


def same(name: Any, other: str) -> bool:
    """Say whether two ids are one; Notion takes them with dashes and without."""
    return str(name).replace("-", "").lower() == other.replace("-", "").lower()


def title_of(row: Json) -> str:
    """Return what a person calls a row, or another thing with a title."""
    if isinstance(row.get("title"), list):
        return plain(row["title"])
    for value in row["properties"].values():
        if isinstance(value, Mapping) and value.get("type") == "title":
            return plain(value.get("title"))
    return ""


def block_text(block: Json) -> str:
    """Return what a block says by itself."""
    return plain(block[block["type"]]["rich_text"])


def block_fault(block: Json) -> str:
    """Return what of a block's content can't be read; "" where all can."""
    kind = block["type"]
    content = block.get(kind)
    if not isinstance(content, Mapping):
        return kind if kind in _TEXTS else ""
    if kind in _TEXTS or "rich_text" in content:
        if text_of(content.get("rich_text")) is None:
            return f"{kind}.rich_text"
        if not isinstance(content.get("checked", False), bool):
            return f"{kind}.checked"
    return ""


Reply = TypeVar("Reply", bound=Shape)


def parsed(reply: Json, shape: type[Reply], asked: str = "") -> Reply:
    """Return a reply to a question, checked. Raises ``TryLater`` where it is another."""
    try:
        checked = shape.model_validate(reply)
    except ValidationError as error:
        raise unexpected_reply(fault(reply, shape)) from error
    if asked and not same(reply["id"], asked):
        raise unexpected_reply("id")
    return checked


def unexpected_reply(wrong: str) -> TryLater:
    """Return the error for an answer that is not what was asked for."""
    return TryLater(
        f"Notion's answer is not what was asked for (`{wrong}`): trying again later."
    )


def check_written(reply: Json, shape: type[Shape], asked: str = "") -> None:
    """Check the answer to a write. Raises ``Unclear`` where it is of another one."""
    wrong = reply_fault(reply, shape, asked)
    if wrong:
        raise unclear_write(wrong)


def unclear_write(wrong: str) -> Unclear:
    """Return the error for a write whose answer is of something else."""
    return Unclear(
        f"Notion's answer to a change is not what it should be (`{wrong}`): the change may have"
        " been saved, syncd looks before it writes."
    )


def reply_fault(reply: Json, shape: type[Shape], asked: str = "") -> str:
    """Return which key of a reply is wrong: its type, or an id that is not the one asked."""
    wrong = fault(reply, shape)
    if not wrong and asked and not same(reply["id"], asked):
        return "id"
    return wrong


def is_removed(page: Mapping[str, Any]) -> bool:
    """Say whether a page is in the trash, or archived."""
    return bool(page.get("in_trash") or page.get("is_archived"))


def is_in(page: Mapping[str, Any], source: str, database: str) -> bool:
    """Say whether a page is a row of this data source, and not moved elsewhere."""
    parent = page.get("parent")
    if not isinstance(parent, Mapping):
        return True
    if parent.get("data_source_id"):
        return same(parent["data_source_id"], source)
    return parent.get("database_id") is not None and same(parent["database_id"], database)
