"""The only place that chooses concrete parts and puts them together."""

import random
import secrets
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from syncd.clock import Clock
from syncd.connect.contract import Connector, Plugin, Toolbox
from syncd.connect.policy import Patience, Policy
from syncd.connect.read_only import ReadOnly
from syncd.connect.registry import Registry, connectors
from syncd.credentials import Credentials, Redactor
from syncd.engine.context import Context
from syncd.engine.engine import Engine
from syncd.engine.posting import Posting
from syncd.engine.report import Report, ToolReport
from syncd.engine.tool import OnDelete, Tool
from syncd.engine.trying import Broke
from syncd.errors import Mistake, SignIn
from syncd.mailing import Mailing
from syncd.model.ids import ToolName
from syncd.settings import ConnectorSettings, Settings, load, make_state_dir
from syncd.store.lock import StateLock
from syncd.store.store import Store, open_store
from syncd.store.tool_store import ToolMemory, ToolState
from syncd.sync.brakes import Limits
from syncd.wanted import preferences, review_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A tool that is switched on and can't be used, and why."""

    name: ToolName
    title: str
    state: ToolState
    why: str


@dataclass
class App:
    """A syncd, put together from its settings."""

    settings: Settings
    clock: Clock
    store: Store
    environ: Mapping[str, str]
    rng: random.Random
    registry: Registry[Plugin]
    redactor: Redactor = field(default_factory=Redactor)
    unusable: list[Unusable] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def zone(self) -> str:
        """Return the plan's IANA zone."""
        return self.settings.plan.timezone

    def enabled(self) -> list[ToolName]:
        """Return the tools that are switched on, by name."""
        tables = self.settings.connectors.items()
        return sorted(ToolName(name) for name, table in tables if table.enabled)

    def plan_context(self) -> Context:
        """Return a context for changing the plan: tools are known by name only.

        Changes mark what each tool has to be told; no connector is even built.
        """
        return Context(
            store=self.store,
            clock=self.clock,
            rng=self.rng,
            zone=self.zone,
            tools={},
            known=tuple(self.enabled()),
            preferences=preferences(self.settings),
        )

    def engine(self) -> Engine:
        """Return an engine that reads and writes."""
        tools = self._tools(self.store, read_only=False)
        context = self._context(self.store, tools)
        return Engine(context, remake=self._remake)

    def preview(self, only: Collection[ToolName] | None = None) -> Report:
        """Decide on a copy of the state, with connectors that only read: a dry run."""
        copy = self.store.copy()
        engine = Engine(self._context(copy, self._tools(copy, read_only=True)))
        try:
            return self.with_unusable(engine.preview(self.usable(only)), only)
        finally:
            engine.close()
            copy.close()

    def usable(self, only: Collection[ToolName] | None) -> list[ToolName]:
        """Return those of these tools (None: all that are on) that can be used."""
        unusable = {one.name for one in self.unusable}
        return [
            name for name in (self.enabled() if only is None else only) if name not in unusable
        ]

    def mended(self) -> bool:
        """Say whether a tool that could not be used now can be, by a new engine."""
        for one in self.unusable:
            try:
                self._remake(one.name).connector.close()
            except (Mistake, SignIn):
                continue
            return True
        return False

    def with_unusable(self, report: Report, only: Collection[ToolName] | None = None) -> Report:
        """Add those of these tools that can't be used to what a cycle reports."""
        chosen = set(self.enabled() if only is None else only)
        for one in (it for it in self.unusable if it.name in chosen):
            report.tools[one.name] = ToolReport(state=one.state, message=one.why)
            report.problems.append(one.why)
            report.converged = False
        return report

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock of the state directory; raises ``AnotherRunning``."""
        lock = StateLock(self.settings.state_dir)
        lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def own_settings(self, name: ToolName) -> tuple[Plugin, Any]:
        """Return a connector's plug-in and its checked settings. Raises ``Mistake``."""
        plugin = self.registry.require(name)
        table = self.settings.connectors.get(name) or ConnectorSettings()
        credentials = Credentials(self.environ, self.settings.file)
        filled = credentials.fill(
            f"connectors.{name}", table.own, plugin.secrets, known=plugin.settings.model_fields
        )
        self.redactor.hide(filled.values)
        self.warnings.extend(filled.warnings)
        return plugin, self.settings.connector(name, plugin.settings, filled.table)

    def mailing(self) -> Mailing:
        """Return what puts letters in the outbox and sends what waits there."""
        return Mailing(
            settings=self.settings.mail,
            credentials=Credentials(self.environ, self.settings.file),
            redactor=self.redactor,
            warnings=self.warnings,
            outbox=self.store.outbox,
            clock=self.clock,
            rng=self.rng,
        )

    @cached_property
    def posting(self) -> Posting:
        """Return what makes the reviews that are due, and posts them."""
        return Posting(self.plan_context(), review_rules(self.settings))

    def post_reviews(self, broke: Broke | None = None) -> list[str]:
        """Put the reviews that are due, and made, in the outbox if mail is wanted.

        Returns the keys of the new mails. ``broke``: as in ``Posting.post``.
        """
        mailing = self.mailing()
        return self.posting.post(mailing.put, broke) if mailing.wanted else []

    def _context(self, store: Store, tools: dict[ToolName, Tool]) -> Context:
        return Context(
            store=store,
            clock=self.clock,
            rng=self.rng,
            zone=self.zone,
            tools=tools,
            known=tuple(self.enabled()),
            preferences=preferences(self.settings),
        )

    def _tools(self, store: Store, *, read_only: bool) -> dict[ToolName, Tool]:
        self.unusable.clear()
        self.warnings.clear()
        found: dict[ToolName, Tool] = {}
        for name in self.enabled():
            plugin, own = self.own_settings(name)
            try:
                found[name] = self._tool(name, plugin, own, store)
            except (Mistake, SignIn) as error:
                self.unusable.append(_unusable(name, plugin, own, error))
                continue
            if read_only:
                wrapped = cast("Connector", ReadOnly(found[name].connector))
                found[name] = _with_connector(found[name], wrapped)
        return found

    def _tool(self, name: ToolName, plugin: Plugin, own: Any, store: Store) -> Tool:
        table = self.settings.connectors[name]
        toolbox = Toolbox(
            clock=self.clock,
            memory=ToolMemory(store.tools, name),
            policy=Policy(self.clock, self.rng, Patience()),
            timezone=self.zone,
            new_key=lambda: str(uuid.UUID(bytes=self.rng.randbytes(16), version=4)),
        )
        return Tool(
            name=name,
            title=plugin.title,
            connector=plugin.build(own, toolbox),
            on_delete=OnDelete(table.on_delete),
            limits=Limits(
                max_deletes=table.max_deletes, max_delete_share=table.max_delete_share
            ),
        )

    def _remake(self, name: ToolName) -> Tool:
        """Build a tool anew: what it was told may have changed."""
        plugin, own = self.own_settings(name)
        return self._tool(name, plugin, own, self.store)


def open_app(
    config: Path | None, environ: Mapping[str, str], clock: Clock, *, make: bool = True
) -> App:
    """Read the settings and open the state. Raises ``Mistake``."""
    settings = load(config, environ)
    if make:
        make_state_dir(settings)
    return App(
        settings=settings,
        clock=clock,
        store=open_store(settings.state_dir, clock=clock),
        environ=environ,
        rng=random.Random(secrets.randbits(128)),  # noqa: S311  # ids and jitter, no secrets
        registry=connectors(),
    )


def _with_connector(tool: Tool, connector: Connector) -> Tool:
    return Tool(
        name=tool.name,
        title=tool.title,
        connector=connector,
        on_delete=tool.on_delete,
        limits=tool.limits,
    )


def _unusable(name: ToolName, plugin: Plugin, own: Any, error: Exception) -> Unusable:
    """A tool without any of its secrets needs a sign-in; else its settings are wrong."""
    unset = all(getattr(own, secret, None) is None for secret in plugin.secrets)
    sign_in = isinstance(error, SignIn) or (bool(plugin.secrets) and unset)
    state = ToolState.SIGN_IN if sign_in else ToolState.DEGRADED
    return Unusable(name=name, title=plugin.title, state=state, why=str(error))
