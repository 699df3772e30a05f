"""The only place that chooses concrete parts and puts them together."""

import random
import secrets
import threading
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncd.clock import Clock
from syncd.connect.contract import Connector, Plugin, Toolbox
from syncd.connect.network import Network, Proxies, RateLimiter
from syncd.connect.registry import Registry, connectors
from syncd.engine.context import Context
from syncd.engine.tool import OnDelete, Tool
from syncd.errors import Mistake, NoSecret, NotLoaded, OnError, SignIn, message_of
from syncd.model.ids import ToolName
from syncd.redaction import Redactor, get_logger
from syncd.settings.credentials import Credentials, Runner, open_files
from syncd.settings.plugins import check_own_settings, own_settings, secret_ways
from syncd.settings.schema import Settings, load, make_state_dir, preferences, review_rules
from syncd.store.database import StateLock
from syncd.store.store import Store, open_store
from syncd.store.tool_store import ToolMemory
from syncd.sync.limits import Limits
from syncd.text import is_token

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from syncd.engine.cycle import Engine
    from syncd.engine.report import Report
    from syncd.engine.reviews import DueReviews
    from syncd.engine.tool_status import Unusable
    from syncd.mail.message import WriteHtml
    from syncd.mail.service import MailService, Send
    from syncd.mail.smtp import Server
    from syncd.review.render.sections import ReviewPage

# What only some commands need is imported where it is put together: the planner, the mail
# and the templates take longer to import than a command that reads takes to answer.

log = get_logger("syncd.app")
Inner = Callable[[Connector], Connector]
"""Wraps a connector before its requests are paced and repeated."""


def threads() -> "Executor":
    """Return what runs the tools' lanes side by side."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(16)


def check_tokens(name: ToolName, secrets: Iterable[str]) -> None:
    """Raise ``NoSecret`` for what no service gives as a token, and no request can carry."""
    for secret in secrets:
        if not is_token(secret):
            raise NoSecret(
                f"The secret of `connectors.{name}` is no token (it holds characters that none"
                " has, or far too many): put the token alone there."
            )


@dataclass
class App:
    """A syncd, put together from its settings. lanes: makes what the tools' lanes run in."""

    settings: Settings
    clock: Clock
    store: Store
    environ: Mapping[str, str]
    rng: random.Random
    registry: Registry[Plugin]
    lanes: "Callable[[], Executor]" = threads
    redactor: Redactor = field(default_factory=Redactor)
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

    def engine(self) -> "Engine":
        """Return an engine that reads and writes; it makes its tools in their lanes.

        Raises ``Mistake`` where the settings of a tool are wrong.
        """
        return self._engine(self.store, lambda connector: connector)

    def preview(self, only: Collection[ToolName] | None = None) -> "Report":
        """Decide on a copy of the state, with connectors that only read: a dry run."""
        from syncd.connect.wrappers import DryRun

        copy = self.store.copy()
        engine = self._engine(copy, DryRun)
        try:
            return engine.preview(only)
        finally:
            engine.close()
            copy.close()

    def unusable(self) -> "Mapping[ToolName, Unusable]":
        """Return the tools that can't be made now, and why: each is tried. Raises ``Mistake``."""
        from concurrent.futures import wait

        from syncd.engine.tool_status import ConnectorFactory, close_tool

        context, stop = self._context(self.store), threading.Event()
        pool, stopping = self.lanes(), self._stopping(stop)
        make = self._maker(self.store, stopping, lambda connector: connector)
        factory = ConnectorFactory(context, make, stopping, pool)
        try:
            for name in context.names:
                factory.start(name)
            wait(list(factory.lanes.values()))
            for _, tool in factory.finish():
                if tool is not None:
                    close_tool(tool)
            return factory.unusable
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            factory.close()

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

    def check_settings(self, name: ToolName) -> None:
        """Raise ``Mistake`` where a tool's settings are wrong, whatever its secrets are.

        A plug-in that does not load can't say; that is its tool's own trouble.
        """
        try:
            plugin = self.registry.require(name)
        except NotLoaded:
            return
        given = self.settings.given
        credentials = Credentials(self.environ, self.settings.file)
        ways = secret_ways(plugin, given)
        later = credentials.to_come(f"connectors.{name}", ways, plugin.secrets)
        try:
            check_own_settings(plugin, given, later)
        except Mistake:
            raise
        except Exception as error:  # its lane meets this again, and tells it
            log.debug("settings could not be checked", tool=name, exc_info=error)

    def own_settings(
        self, name: ToolName, stopping: Callable[[], bool] = lambda: False
    ) -> tuple[Plugin, Any]:
        """Return a connector's plug-in and its checked settings, its secrets fetched.

        Raises ``Mistake``, and its ``NoSecret`` and ``NotLoaded``.
        """
        plugin = self.registry.require(name)
        given = self.settings.given
        credentials = Credentials(self.environ, self.settings.file, Runner(stopping))
        ways = secret_ways(plugin, given)
        filled = credentials.fill(f"connectors.{name}", ways, plugin.secrets)
        self.redactor.hide(filled.values)
        check_tokens(name, filled.values)
        self.warnings.extend(
            warning for warning in filled.warnings if warning not in self.warnings
        )
        own = own_settings(plugin, given, filled.table)
        self.warnings.extend(file for file in open_files(own) if file not in self.warnings)
        return plugin, own

    def network(self, plugin: Plugin, own: Any) -> Network:
        """Return what the transport of a connector needs; ``own``: its checked settings."""
        proxies = Proxies.of(self.environ)
        self.redactor.hide(proxies.secrets())
        return Network(
            limiter=RateLimiter(self.clock, plugin.rate_limit(own)),
            secrets=self.redactor.secrets,
            proxies=proxies,
        )

    def mail(self) -> "MailService":
        """Return what puts letters in the outbox and sends what waits there."""
        from syncd.mail.service import MailService

        return MailService(
            connect=_by_smtp,
            settings=self.settings.mail,
            credentials=Credentials(self.environ, self.settings.file),
            redactor=self.redactor,
            warnings=self.warnings,
            outbox=self.store.outbox,
            clock=self.clock,
            rng=self.rng,
        )

    @cached_property
    def reviews(self) -> "DueReviews":
        """Return what makes the reviews that are due, and posts them."""
        from syncd.engine.reviews import DueReviews

        return DueReviews(self.plan_context(), review_rules(self.settings), self._write_html)

    def _write_html(self, page: "ReviewPage") -> str:
        return self._html_writer(page)

    @cached_property
    def _html_writer(self) -> "WriteHtml":
        return html_writer()

    def post_reviews(self, on_error: OnError | None = None) -> list[str]:
        """Put the reviews that are due, and made, in the outbox if mail is wanted.

        Returns the keys of the new mails. ``on_error``: as in ``DueReviews.post``.
        """
        mail = self.mail()
        return self.reviews.post(mail.queue, on_error) if mail.wanted else []

    def _engine(self, store: Store, inner: Inner) -> "Engine":
        from syncd.engine.cycle import Engine

        stop = threading.Event()
        make = self._maker(store, self._stopping(stop), inner)
        return Engine(self._context(store), remake=make, stop=stop, pool=self.lanes())

    def _context(self, store: Store) -> Context:
        """Return a context for working with the tools; raises ``Mistake``."""
        names = self.enabled()
        for name in names:
            self.check_settings(name)
        return Context(
            store=store,
            clock=self.clock,
            rng=self.rng,
            zone=self.zone,
            tools={},
            known=tuple(names),
            preferences=preferences(self.settings),
            titles={name: self.registry.get(name).title for name in names},
        )

    def _stopping(self, stop: threading.Event) -> Callable[[], bool]:
        return lambda: stop.is_set() or self.clock.sleep(0)

    def _maker(
        self, store: Store, stopping: Callable[[], bool], inner: Inner
    ) -> Callable[[ToolName], Tool]:
        return lambda name: self._made(name, store, stopping, inner)

    def _made(
        self, name: ToolName, store: Store, stopping: Callable[[], bool], inner: Inner
    ) -> Tool:
        """Make a tool, by what its settings and its secrets are now."""
        self.registry.retry(name)
        plugin, own = self.own_settings(name, stopping)
        try:
            return self._tool(name, (plugin, own), store, inner)
        except Mistake as error:
            unset = all(getattr(own, secret, None) is None for secret in plugin.secrets)
            if plugin.secrets and unset:  # without any of its secrets it needs a sign-in
                raise SignIn(message_of(error)) from error
            raise

    def _tool(
        self, name: ToolName, chosen: tuple[Plugin, Any], store: Store, inner: Inner
    ) -> Tool:
        from syncd.connect.wrappers import wrapped

        plugin, own = chosen
        table = self.settings.connectors[name]
        network = self.network(plugin, own)
        toolbox = Toolbox(
            clock=self.clock,
            memory=ToolMemory(store.tools, name),
            network=network,
            timezone=self.zone,
            new_key=lambda: str(uuid.UUID(bytes=self.rng.randbytes(16), version=4)),
        )
        return Tool(
            name=name,
            title=plugin.title,
            connector=wrapped(inner(plugin.build(own, toolbox)), network.limiter, self.rng),
            limiter=network.limiter,
            secrets=network.secrets,
            on_delete=OnDelete(table.on_delete),
            limits=Limits(
                max_deletes=table.max_deletes, max_delete_share=table.max_delete_share
            ),
        )


def _by_smtp(server: "Server") -> "Send":
    """Return what sends messages by SMTP."""
    from syncd.mail.smtp import SmtpSender

    return SmtpSender(server).send


def html_writer() -> "WriteHtml":
    """Return what writes a page as HTML; templates are read here, and nowhere else."""
    # imported here: only what makes mails needs them, and they are slow to import
    from importlib.resources import files

    import css_inline

    from syncd.review.render.output import environment, html

    folder = files("syncd.review") / "templates"
    templates = environment({file.name: file.read_text("utf-8") for file in folder.iterdir()})
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True)
    return lambda page: html(page, templates, inliner.inline)


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
        warnings=list(settings.given.warnings),
    )
