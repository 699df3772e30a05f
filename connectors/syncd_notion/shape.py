"""The properties of one database that syncd reads and writes, bound by their ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from syncd.model.entities import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property: its id as the schema prints it, its type, its name when bound.

    options: of a select, the ids of its options to their names when bound.
    now: the same ids to their names when the schema was last read.
    """

    id: str
    type: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    now: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the id without percent signs, to compare with."""
        return unquote(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What mapping needs to know of one database.

    properties: by field; those that are broken or not there are left out.
    mark: the property that holds the entity's id.
    zone: the plan's zone, for moments without one.
    """

    kind: Kind
    properties: Mapping[str, Property]
    mark: Property | None
    zone: str = "UTC"


def values_by_id(page: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return a page's property values by the id of their property, unquoted."""
    found = page.get("properties")
    if not isinstance(found, Mapping):
        return {}
    return {
        unquote(str(value.get("id"))): value
        for value in found.values()
        if isinstance(value, Mapping)
    }
