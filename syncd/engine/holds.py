"""Whether a tool may go on in this cycle, and what follows from the person's decision."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from syncd.engine.approvals import (
    Decision,
    PendingApproval,
    approved_removals,
    check_pull,
    check_removals,
    copies_in,
    edits,
    expire_approval,
    owner_of,
    remember_approved,
    remember_approved_removals,
    removals,
    take_approval,
)
from syncd.engine.context import Context
from syncd.engine.edits import bring_back
from syncd.engine.pull import LEFT_ALONE, PullResult
from syncd.engine.report import ToolReport
from syncd.engine.rules import follow_rules
from syncd.engine.tool import OnDelete, Tool
from syncd.engine.tool_status import ToolStatus, record_held
from syncd.engine.translate import Translator
from syncd.engine.unit_of_work import UnitOfWork
from syncd.engine.write_plan import WritePlan
from syncd.model.ids import ToolName
from syncd.model.remote import Remote, content_hash
from syncd.model.schema import fields_of
from syncd.store.rows import Link
from syncd.store.store import Store
from syncd.sync.decide import Presence
from syncd.sync.limits import LimitKind
from syncd.sync.merge import Author, Conflict, FieldChange


def accept_container_loss(context: Context, name: ToolName, work: UnitOfWork) -> None:
    """A container that is gone was approved: what it held is taken as deleted."""
    links, tool = context.store.links, context.tools[name]
    author = Author(by=tool.title, at=work.now)
    present = links.with_presence(name, Presence.PRESENT)
    forgets = tool.on_delete is OnDelete.FORGET
    work.load(link.entity for link in present)
    for link in present:
        archives = tool.connector.capabilities[link.kind].delete_archives
        forgotten = forgets and archives
        links.set_presence(name, link.entity, Presence.DETACHED if forgotten else Presence.GONE)
        known = link.entity in work.records
        if known and archives and not forgets and not work.records[link.entity].entity.archived:
            change = FieldChange(field="archived", before=False, after=True, author=author)
            work.change(link.entity, [change])
    remember_approved(context.store, [link.entity for link in present], work.now)
    _forget_container(context.store, name)


def recreate_container(context: Context, name: ToolName) -> None:
    """A container that is gone was rejected: it is made again, with all it held."""
    links = context.store.links
    for link in links.with_presence(name, Presence.PRESENT):
        links.set_presence(name, link.entity, Presence.REMOVED_BY_US)
    links.mark_all_dirty(name)
    _forget_container(context.store, name)


def _forget_container(store: Store, name: ToolName) -> None:
    store.tools.forget(name)
    store.tools.save(replace(store.tools.get(name), cursor=None))


def apply_rejection(
    context: Context, pulled: PullResult, about: LimitKind, work: UnitOfWork
) -> PullResult:
    """Rejected: the plan's side is taken in what there was too much of, and only there.

    Return what is left to take in.
    """
    if about is LimitKind.GONE:
        return _restore(context, pulled)
    if about is LimitKind.CHANGED:
        return _take_back(context, pulled, work)
    return _leave_alone(context, pulled)


def _restore(context: Context, pulled: PullResult) -> PullResult:
    """What was removed is made again."""
    links, name = context.store.links, pulled.tool.name
    for link in pulled.gone:
        links.set_presence(name, link.entity, Presence.REMOVED_BY_US)
        links.mark_referrers_dirty(name, link.entity)
    links.mark_dirty(name, [link.entity for link in pulled.gone])
    return replace(pulled, gone=())


def _take_back(context: Context, pulled: PullResult, work: UnitOfWork) -> PullResult:
    """What was changed is set to the plan's values; what the tool showed is kept."""
    links, name = context.store.links, pulled.tool.name
    edited = [item for item in pulled.changed if edits(pulled, item)]
    translator = Translator.of(context.store, pulled.tool)
    work.load(pulled.links[item.id].entity for item in edited)
    edited = [item for item in edited if pulled.links[item.id].entity in work.records]
    for item in edited:
        link = pulled.links[item.id]
        work.record_conflict(link.entity, _passed_over(pulled, item, work, translator))
        seen = {**link.base, **item.fields}
        known = replace(link, base=seen, version=item.version, extra=item.extra)
        links.save([replace(known, content_hash=content_hash(item))])
        links.mark_dirty(name, [link.entity])
    taken = {item.id for item in edited}
    return replace(
        pulled, changed=tuple(item for item in pulled.changed if item.id not in taken)
    )


def _passed_over(
    pulled: PullResult, item: Remote, work: UnitOfWork, translator: Translator
) -> list[Conflict]:
    """Return the values that the tool's user had given, as having lost."""
    link: Link = pulled.links[item.id]
    editable = pulled.tool.connector.capabilities[item.kind].editable
    seen = translator.to_plan(item.kind, item.fields)[0]
    plan = fields_of(work.records[link.entity].entity)
    return [
        Conflict(
            field=name,
            won=plan[name],
            won_by=work.editor(link.entity),
            lost=seen[name],
            lost_by=pulled.tool.title,
            lost_at=pulled.our_time(item.edited_at),
        )
        for name in sorted(editable & seen.keys())
        if item.fields[name] != link.base.get(name) and seen[name] != plan[name]
    ]


def _leave_alone(context: Context, pulled: PullResult) -> PullResult:
    """Copies stay where they are, and are none of the plan's business."""
    tools, owner = context.store.tools, owner_of(pulled.tool.name)
    copies = {item.id for item in copies_in(pulled, context.store)}
    tools.remember(
        owner, LEFT_ALONE, sorted({*(tools.recall(owner, LEFT_ALONE) or ()), *copies})
    )
    return replace(
        pulled, changed=tuple(item for item in pulled.changed if item.id not in copies)
    )


@dataclass
class Holds:
    """Decides whether a tool may go on in this cycle."""

    context: Context
    report: Callable[[ToolName], ToolReport]

    def accepts_pull(self, pulled: PullResult, work: UnitOfWork) -> PullResult | None:
        """Return what is taken in of what reading brought; None where the tool is held."""
        store, name = self.context.store, pulled.tool.name
        pending = check_pull(pulled, store)
        if pending is None:
            return pulled
        decision = take_approval(store, name, pending)
        if decision is Decision.APPROVED:
            remember_approved(store, [link.entity for link in pulled.gone], work.now)
            return pulled
        if decision is Decision.REJECTED:
            left = apply_rejection(self.context, pulled, pending.about, work)
            return self.accepts_pull(left, work)
        self._hold(pulled.tool, pending)
        return None

    def blocks_push(self, tool: Tool, planned: WritePlan) -> bool:
        """Say whether what would be removed in a tool has to wait, and all else with it."""
        store, name = self.context.store, tool.name
        pending = self._on_removals(tool, planned)
        if pending is None:
            expire_approval(store, name)
            return False
        decision = take_approval(store, name, pending)
        ids = [removal.entity for removal in removals(planned.operations)]
        if decision is Decision.APPROVED:
            remember_approved_removals(store, name, ids)
            return False
        if decision is Decision.REJECTED:
            bring_back(self.context, ids)
            return True
        self._hold(tool, pending)
        return True

    def resolve_container(self, name: ToolName, pending: PendingApproval) -> bool:
        """Do what the person said about a container that is gone, if they did."""
        store = self.context.store
        with store.transaction():
            decision = take_approval(store, name, pending)
            if decision is Decision.REJECTED:
                recreate_container(self.context, name)
            if decision is Decision.APPROVED:
                work = UnitOfWork.fresh(self.context)
                accept_container_loss(self.context, name, work)
                work.commit()
                follow_rules(self.context, work)
                work.commit()
        return decision is not Decision.NONE

    def _on_removals(self, tool: Tool, planned: WritePlan) -> PendingApproval | None:
        removes = removals(planned.operations)
        if len(removes) <= tool.limits.max_deletes:
            return None
        store = self.context.store
        agreed = approved_removals(store, tool.name, [removal.entity for removal in removes])
        asked = [removal for removal in removes if removal.entity not in agreed]
        return check_removals(store.links.count(tool.name), asked, tool.limits)

    def _hold(self, tool: Tool, pending: PendingApproval) -> None:
        record_held(ToolStatus(self.context, tool, self.report(tool.name)), pending)
