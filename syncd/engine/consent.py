"""What the person said of a held plan, and taking the plan's side."""

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum, auto

from syncd.engine.context import Context
from syncd.engine.gather import Gathered
from syncd.engine.hold import Hold
from syncd.engine.pen import Pen
from syncd.errors import Mistake
from syncd.model.ids import EntityId, ToolName
from syncd.store.store import Store
from syncd.store.tool_store import Consent, ToolState
from syncd.sync.decide import Presence
from syncd.sync.merge import Author, Change

CONSENTED = "consented"
"""Under this name the engine remembers whose removal was approved."""


class Verdict(Enum):
    """What is known of the person's will about a held plan."""

    NONE = auto()
    APPROVED = auto()
    REJECTED = auto()


def verdict(store: Store, tool: ToolName, hold: Hold) -> Verdict:
    """Return what was said of exactly this plan; what was said holds once."""
    row = store.tools.get(tool)
    if row.consent is None or row.consent != hold.hash:
        return Verdict.NONE
    store.tools.save(replace(row, consent=None, consent_kind=None, held={}))
    approved = row.consent_kind is Consent.APPROVED
    return Verdict.APPROVED if approved else Verdict.REJECTED


def say(store: Store, tool: ToolName, consent: Consent, expected: str | None = None) -> None:
    """Write down what the person says of the plan for which a tool is held.

    ``expected`` is the hash that the person was shown, if they give it.
    """
    row = store.tools.get(tool)
    if row.state is not ToolState.HELD or not row.held:
        message = f"{tool} is not held: there is nothing to decide; see `syncd status`."
        raise Mistake(message)
    if expected is not None and expected != row.held["hash"]:
        message = (
            f"What {tool} is held for has changed ({row.held['hash']} now): look at"
            " `syncd status` again and decide on that."
        )
        raise Mistake(message)
    store.tools.save(replace(row, consent=row.held["hash"], consent_kind=consent))


def consented(store: Store) -> frozenset[EntityId]:
    """Return the entities whose removal was approved."""
    return frozenset(store.tools.recall("engine", CONSENTED) or ())


def consent_to(store: Store, ids: Iterable[EntityId]) -> None:
    """Remember that the removal of these was approved, for the other tools too."""
    known = [*(store.tools.recall("engine", CONSENTED) or ()), *ids]
    store.tools.remember("engine", CONSENTED, known[-5000:])


def let_go(context: Context, tool: ToolName, pen: Pen) -> None:
    """A container that is gone was approved: what it held is taken as deleted."""
    links, carries = context.store.links, context.tools[tool].connector.carries
    author = Author(by=context.tools[tool].title, at=pen.now)
    present = links.with_presence(tool, Presence.PRESENT)
    pen.load(link.entity for link in present)
    for link in present:
        links.set_presence(tool, link.entity, Presence.GONE)
        if carries[link.kind].archives and not pen.records[link.entity].entity.archived:
            change = Change(field="archived", before=False, after=True, author=author)
            pen.change(link.entity, [change])
    consent_to(context.store, [link.entity for link in present])
    _forget_container(context.store, tool)


def make_again(context: Context, tool: ToolName) -> None:
    """A container that is gone was rejected: it is made again, with all it held."""
    links = context.store.links
    present = links.with_presence(tool, Presence.PRESENT)
    for link in present:
        links.set_presence(tool, link.entity, Presence.WITHDRAWN)
    links.touch(tool, context.store.plan.ids())
    _forget_container(context.store, tool)


def _forget_container(store: Store, tool: ToolName) -> None:
    store.tools.forget(tool)
    store.tools.save(replace(store.tools.get(tool), cursor=None))


def take_side(context: Context, found: Gathered) -> None:
    """Rejected: the plan's values go back to where they were removed or changed."""
    links, name = context.store.links, found.tool.name
    gone = [link.entity for link in found.gone]
    for entity in gone:
        links.set_presence(name, entity, Presence.WITHDRAWN)
    for item in found.changed:
        link = found.links.get(item.id)
        if link is None:
            continue
        seen = {**link.base, **item.fields}
        links.save([replace(link, base=seen, version=item.version, fingerprint="")])
        gone.append(link.entity)
    links.touch(name, gone)
    found.gone = []
    found.changed = []
