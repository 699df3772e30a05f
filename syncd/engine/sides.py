"""Taking the tool's side or the plan's, as the person decided."""

from dataclasses import replace

from syncd.engine.consent import owner_of, remember_approved
from syncd.engine.context import Context
from syncd.engine.gather import LEFT_ALONE, PullResult
from syncd.engine.hold import copies_in, edits
from syncd.engine.pen import UnitOfWork
from syncd.engine.prints import content_hash
from syncd.engine.tool import OnDelete
from syncd.engine.translate import Translator
from syncd.model.ids import ToolName
from syncd.model.remote import Remote
from syncd.model.schema import fields_of
from syncd.store.rows import Link
from syncd.store.store import Store
from syncd.sync.decide import Presence
from syncd.sync.limits import LimitKind
from syncd.sync.merge import Author, Conflict, FieldChange


def accept_container_loss(context: Context, name: ToolName, pen: UnitOfWork) -> None:
    """A container that is gone was approved: what it held is taken as deleted."""
    links, tool = context.store.links, context.tools[name]
    author = Author(by=tool.title, at=pen.now)
    present = links.with_presence(name, Presence.PRESENT)
    forgets = tool.on_delete is OnDelete.FORGET
    pen.load(link.entity for link in present)
    for link in present:
        archives = tool.connector.carries[link.kind].archives
        forgotten = forgets and archives
        links.set_presence(
            name, link.entity, Presence.FORGOTTEN if forgotten else Presence.GONE
        )
        known = link.entity in pen.records
        if known and archives and not forgets and not pen.records[link.entity].entity.archived:
            change = FieldChange(field="archived", before=False, after=True, author=author)
            pen.change(link.entity, [change])
    remember_approved(context.store, [link.entity for link in present], pen.now)
    _forget_container(context.store, name)


def recreate_container(context: Context, name: ToolName) -> None:
    """A container that is gone was rejected: it is made again, with all it held."""
    links = context.store.links
    for link in links.with_presence(name, Presence.PRESENT):
        links.set_presence(name, link.entity, Presence.WITHDRAWN)
    links.touch_all(name)
    _forget_container(context.store, name)


def _forget_container(store: Store, name: ToolName) -> None:
    store.tools.forget(name)
    store.tools.save(replace(store.tools.get(name), cursor=None))


def apply_rejection(
    context: Context, found: PullResult, about: LimitKind, pen: UnitOfWork
) -> None:
    """Rejected: the plan's side is taken in what there was too much of, and only there."""
    if about is LimitKind.GONE:
        _restore(context, found)
    elif about is LimitKind.CHANGED:
        _take_back(context, found, pen)
    else:
        _leave_alone(context, found)


def _restore(context: Context, found: PullResult) -> None:
    """What was removed is made again."""
    links, name = context.store.links, found.tool.name
    for link in found.gone:
        links.set_presence(name, link.entity, Presence.WITHDRAWN)
        links.touch_referrers(name, link.entity)
    links.touch(name, [link.entity for link in found.gone])
    found.gone = []


def _take_back(context: Context, found: PullResult, pen: UnitOfWork) -> None:
    """What was changed is set to the plan's values; what the tool showed is kept."""
    links, name = context.store.links, found.tool.name
    edited = [item for item in found.changed if edits(found, item)]
    translator = Translator.of(context.store, found.tool)
    pen.load(found.links[item.id].entity for item in edited)
    edited = [item for item in edited if found.links[item.id].entity in pen.records]
    for item in edited:
        link = found.links[item.id]
        pen.lost(link.entity, _passed_over(found, item, pen, translator))
        seen = {**link.base, **item.fields}
        known = replace(link, base=seen, version=item.version, extra=item.extra)
        links.save([replace(known, fingerprint=content_hash(item))])
        links.touch(name, [link.entity])
    taken = {item.id for item in edited}
    found.changed = [item for item in found.changed if item.id not in taken]


def _passed_over(
    found: PullResult, item: Remote, pen: UnitOfWork, translator: Translator
) -> list[Conflict]:
    """Return the values that the tool's user had given, as having lost."""
    link: Link = found.links[item.id]
    editable = found.tool.connector.carries[item.kind].editable
    seen = translator.to_plan(item.kind, item.fields)[0]
    plan = fields_of(pen.records[link.entity].entity)
    return [
        Conflict(
            field=name,
            won=plan[name],
            won_by=pen.editor(link.entity),
            lost=seen[name],
            lost_by=found.tool.title,
            lost_at=found.our_time(item.edited_at),
        )
        for name in sorted(editable & seen.keys())
        if item.fields[name] != link.base.get(name) and seen[name] != plan[name]
    ]


def _leave_alone(context: Context, found: PullResult) -> None:
    """Copies stay where they are, and are none of the plan's business."""
    tools, owner = context.store.tools, owner_of(found.tool.name)
    copies = {item.id for item in copies_in(found, context.store)}
    tools.remember(
        owner, LEFT_ALONE, sorted({*(tools.recall(owner, LEFT_ALONE) or ()), *copies})
    )
    found.changed = [item for item in found.changed if item.id not in copies]
