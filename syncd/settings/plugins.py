"""The settings that are a connector's own: typed by its plug-in, read when they are needed.

A command that reads the plan loads no plug-in, so what is wrong here is said where a tool is
made. Each tool's table is read alone: a plug-in that fails at it fails for its tool.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Protocol

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)
from pydantic_settings import SettingsConfigDict

from syncd.errors import Mistake
from syncd.settings.messages import Complaint
from syncd.settings.schema import ConnectorSettings
from syncd.settings.sources import Given, Sourced

COMMON = frozenset(ConnectorSettings.model_fields)
"""The settings of a connector's table that are not the connector's own."""

_LENIENT = ConfigDict(extra="ignore")


class Configurable(Protocol):
    """What is read here of a connector's plug-in; ``syncd.connect.contract.Plugin`` is one."""

    @property
    def name(self) -> str:
        """Return the name of its table."""
        ...

    @property
    def settings(self) -> type[BaseModel]:
        """Return the model of what is its own."""
        ...

    @property
    def secrets(self) -> frozenset[str]:
        """Return which of its settings are secrets."""
        ...


class ConnectorTables(Sourced):
    """``[connectors]``, as its plug-ins have it; ``connectors`` is of a model made from them."""

    model_config = SettingsConfigDict(extra="ignore")
    connectors: Any

    def __init__(self, given: Given) -> None:  # else the type check wants its fields here
        super().__init__(given)


def own_settings(plugin: Configurable, given: Given, secrets: Mapping[str, Any]) -> Any:
    """Return a connector's own settings, of its plug-in's model, with ``secrets`` filled in.

    Raises Mistake: one line for each mistake.
    """
    place = ("connectors", plugin.name)
    whole = replace(given, secrets={(*place, name): value for name, value in secrets.items()})
    try:
        return _tables_of(plugin)(whole).connectors.own
    except ValidationError as error:
        raise _complaint(plugin, plugin.settings, given).mistake(error) from None


def check_own_settings(plugin: Configurable, given: Given, later: Collection[str]) -> None:
    """Raise Mistake where they are wrong, but for those (secrets) that come ``later``."""
    try:
        _tables_of(plugin)(given)
    except ValidationError as error:
        complaint = _complaint(plugin, plugin.settings, given)
        sentences = complaint.sentences(error, but_for=later)
        if sentences:
            raise Mistake("\n".join(sentences)) from None


def secret_ways(plugin: Configurable, given: Given) -> dict[str, Any]:
    """Return what is set of each secret, its file and its command, by their names.

    A ``token_file`` that the plug-in's model has itself is the connector's to read. Raises
    Mistake.
    """
    table = _ways_table(plugin.settings, frozenset(plugin.secrets))
    try:
        ways = dict(_tables(plugin.name, table)(given).connectors.own)
    except ValidationError as error:
        raise _complaint(plugin, table, given).mistake(error) from None
    return {name: value for name, value in ways.items() if value is not None}


def _complaint(plugin: Configurable, model: type[BaseModel], given: Given) -> Complaint:
    prefix = ("connectors", plugin.name)
    return Complaint(model=model, origin=given.origin, prefix=prefix, also=tuple(COMMON))


def _tables_of(plugin: Configurable) -> type[ConnectorTables]:
    return _tables(plugin.name, _own_table(plugin.settings, frozenset(plugin.secrets)))


@cache
def _tables(name: str, table: Any) -> type[ConnectorTables]:
    """Return the model of the connectors' tables that knows one; ``table``: its type.

    It has its name from an alias: a field may not be called as it likes.
    """
    own = Field(default={}, validate_default=True, alias=name)
    tables = create_model("Connectors", __config__=_LENIENT, own=(table, own))
    default = Field(default={}, validate_default=True)
    return create_model("Tables", __base__=ConnectorTables, connectors=(tables, default))


@cache
def _own_table(model: type[BaseModel], secrets: frozenset[str]) -> Any:
    """Return the type of a connector's table: its model, of what is not all connectors'."""
    ways = {way for secret in secrets for way in _ways(secret)}
    others = COMMON | (ways - set(model.model_fields))

    def own(table: Any) -> Any:
        return {key: value for key, value in table.items() if key not in others}

    return Annotated[model, BeforeValidator(own)]


@cache
def _ways_table(model: type[BaseModel], secrets: frozenset[str]) -> type[BaseModel]:
    """Return the model of the settings that secrets come from."""
    fields: dict[str, Any] = {}
    for secret in secrets:
        fields[secret] = (Any, None)
        for name, kind in zip(_ways(secret), (str, str | list[str]), strict=True):
            if name not in model.model_fields:
                fields[name] = (kind | None, None)
    return create_model("SecretWays", __config__=_LENIENT, **fields)


def _ways(secret: str) -> tuple[str, str]:
    """Return the names of the settings for a secret's file, and for its command."""
    return f"{secret}_file", f"{secret}_command"
