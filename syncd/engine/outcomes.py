"""Recording what became of a write, item by item."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from syncd.engine.tool import Audience, Tool
from syncd.errors import Changed, Gone, SkipItem, message_of
from syncd.model.entities import Kind
from syncd.model.ids import EntityId
from syncd.model.remote import LINKS, PAGE_URL, Op, Remote, Write, content_hash
from syncd.model.schema import Fields
from syncd.model.values import Value
from syncd.store.rows import Foreign, Link, ToolProblem
from syncd.store.store import Store
from syncd.sync.decide import Operation, Presence, plan_hash


class OutcomeRecorder:
    """Writes the outcomes of one tool's writes into the store.

    links: what is known of what is written, kept up to date; None: it is read each time.
    """

    def __init__(self, store: Store, tool: Tool, audience: Audience | None = None) -> None:
        self._store = store
        self._tool = tool
        self._audience = audience or Audience()
        self.links: dict[EntityId, Link] | None = None
        self._with_problems: set[EntityId | None] | None = None
        self._foreign = True

    def work_on(self, links: dict[EntityId, Link]) -> None:
        """Take these links as read, until others are given; only its lane writes to them."""
        store, name = self._store, self._tool.name
        self.links = links
        self._with_problems = {problem.entity for problem in store.tools.problems(name)}
        self._foreign = store.links.has_foreign(name)

    def outcome(self, write: Write, outcome: Remote | Exception | None) -> bool:
        """Write one outcome down; return whether the tool did the work."""
        if isinstance(outcome, Remote):
            self.done(write, outcome)
            return True
        if outcome is None:
            self.removed(write)
            return True
        if isinstance(outcome, Gone):
            self.not_found(write)
        elif isinstance(outcome, SkipItem):
            self.refused(write, outcome)
        elif isinstance(outcome, Changed):
            self._close(write)
        return False

    def done(self, write: Write, answer: Remote) -> None:
        """The tool answered with the item as it now holds it.

        Only fields that were asked for become the base: what the user changed in the
        meantime shows in the answer too, and must still be found as their edit.
        """
        with self._store.transaction():
            old = self._old(write)
            base = dict(answer.fields)
            print_ = content_hash(answer)
            if write.op is Op.UPDATE and old is not None:
                asked = {name: answer.fields[name] for name in write.fields if name in base}
                base = {**old.base, **asked, **self._fallen(write, answer, old)}
                if any(base.get(name) != value for name, value in answer.fields.items()):
                    print_ = ""
            link = self._link(write, answer, base)
            normalised = _normalised(old, self._lasting(write), answer.fields)
            self._save(
                replace(
                    link,
                    content_hash=print_,
                    normalised=self._to_try_again(write, normalised),
                    before_write=_before_write(old, write),
                ),
                old,
            )
            if answer.problems or self._may_have_problem(write.entity):
                record_problems(self._store, self._tool, write.entity, answer)
            self._close(write)

    def landed_create(self, write: Write, item: Remote) -> None:
        """An unclear create was found: the base is what was sent."""
        with self._store.transaction():
            sent = {name: value for name, value in write.fields.items() if name in item.fields}
            self._save(self._link(write, item, {**item.fields, **sent}), self._old(write))
            self._touch([write.entity])
            self._store.journal.close([write.key])

    def landed_update(self, write: Write, now: Remote) -> None:
        """Tell an unclear update apart, field by field: ours, theirs or not yet."""
        with self._store.transaction():
            old = self._old(write)
            if old is None:
                self._store.journal.close([write.key])
                return
            base = dict(old.base)
            for name, sent in write.fields.items():
                before = write.seen.fields.get(name) if write.seen else None
                if now.fields.get(name) != before:
                    base[name] = sent
            base |= self._fallen(write, now, old)
            self._save(replace(self._link(write, now, base), normalised=old.normalised), old)
            self._touch([write.entity])
            self._store.journal.close([write.key])

    def removed(self, write: Write) -> None:
        """The item is gone because syncd removed it."""
        with self._store.transaction():
            self._store.links.set_presence(
                self._tool.name, write.entity, Presence.REMOVED_BY_US
            )
            self._store.links.mark_referrers_dirty(self._tool.name, write.entity)
            mark_blocks_dirty(self._store, self._audience, write.kind, write.entity)
            if self._may_have_problem(write.entity):
                self._store.tools.clear_problems(self._tool.name, write.entity)
            self._close(write)

    def _may_have_problem(self, entity: EntityId) -> bool:
        """Say whether there may be a problem on record of an entity that can't be read or written."""
        return self._with_problems is None or entity in self._with_problems

    def _close(self, write: Write) -> None:
        """Take a write off that is known to be done; a lane does so for many at once."""
        if self.links is None:
            self._store.journal.close([write.key])

    def not_found(self, write: Write) -> None:
        """A write met no item: for a delete that is success, else a read decides."""
        if write.op is Op.DELETE:
            self.removed(write)
            return
        with self._store.transaction():
            self._store.links.set_presence(self._tool.name, write.entity, Presence.UNCONFIRMED)
            self._close(write)

    def refused(self, write: Write, why: Exception) -> None:
        """The tool refuses this item: say so, and don't send the same again."""
        # what is only told there is given when an item is made, and no part of a decision
        read_only = self._tool.connector.capabilities[write.kind].read_only
        fields = {name: value for name, value in write.fields.items() if name not in read_only}
        operation = Operation(
            op=write.op, kind=write.kind, entity=write.entity, title="", fields=fields
        )
        record = self._store.plan.get(write.entity)
        title = record.entity.title if record is not None else write.entity
        problem = ToolProblem(
            tool=self._tool.name,
            entity=write.entity,
            field="",
            sentence=f"{self._tool.title}, '{title}': {message_of(why)}",
            refused=plan_hash([operation]),
        )
        with self._store.transaction():
            self._store.tools.put_problems([problem])
            self._close(write)

    def _fallen(self, write: Write, answer: Remote, old: Link) -> Fields:
        """Return what the tool emptied beside what was asked for; that is decided again."""
        carried = self._tool.connector.capabilities[write.kind]
        fallen: Fields = {
            name: None
            for name in carried.fallen(answer.fields, old.base)
            if carried.falls_with[name] in write.fields and name not in write.fields
        }
        if fallen:
            self._touch([write.entity])
        return fallen

    def _to_try_again(self, write: Write, normalised: dict[str, Value]) -> dict[str, Value]:
        """Forget what the tool would not hold before, where that may be otherwise now."""
        falls_with = self._tool.connector.capabilities[write.kind].falls_with
        again = {
            name
            for name, other in falls_with.items()
            if name in normalised and name not in write.fields and other in write.fields
        }
        if again:
            self._touch([write.entity])
        return {name: value for name, value in normalised.items() if name not in again}

    def _lasting(self, write: Write) -> Fields:
        """Return what a write asked for, but for what is given only once."""
        once = self._tool.connector.capabilities[write.kind].write_once
        return {name: value for name, value in write.fields.items() if name not in once}

    def _old(self, write: Write) -> Link | None:
        if self.links is not None:
            return self.links.get(write.entity)
        return self._store.links.of_entity(write.entity).get(self._tool.name)

    def _link(self, write: Write, item: Remote, base: Mapping[str, Value]) -> Link:
        old = self._old(write) if write.op is Op.UPDATE else None
        return Link(
            tool=self._tool.name,
            entity=write.entity,
            kind=write.kind,
            remote=item.id,
            presence=Presence.PRESENT,
            url=item.url,
            version=item.version,
            mark=item.mark,
            edited_at=item.edited_at,
            completions=item.completions,
            base=dict(base),
            extra=item.extra,
            foreign=_still_foreign(old, write),
        )

    def _save(self, link: Link, old: Link | None) -> None:
        """Save a link, and mark what depends on it: referrers here, addresses there."""
        links = self._store.links
        links.save([link])
        fresh = old is None or old.presence is not Presence.PRESENT
        if fresh or (old is not None and old.remote != link.remote):
            if self.links is None:
                links.mark_referrers_dirty(link.tool, link.entity)
            else:
                links.add_referrers(link.tool, link.entity)
            if self._foreign:
                links.doubt_referrers(link.tool, link.remote)
        if fresh or (old is not None and old.url != link.url):
            if self._tool.connector.provides_urls:
                mark_addressed_dirty(self._store, self._audience, link.kind, [link.entity])
            mark_blocks_dirty(self._store, self._audience, link.kind, link.entity)
        if self.links is not None:
            self.links[link.entity] = link

    def _touch(self, ids: Iterable[EntityId]) -> None:
        self._store.links.mark_dirty(self._tool.name, ids)


def record_problems(store: Store, tool: Tool, entity: EntityId, item: Remote) -> None:
    """Write down what can't be read of an item, in place of what was told of it before."""
    store.tools.clear_problems(tool.name, entity)
    title = str(item.fields.get("title") or item.id)
    store.tools.put_problems(
        ToolProblem(
            tool=tool.name,
            entity=entity,
            field=name,
            sentence=f"{tool.title}, '{title}', {name}: {sentence}",
        )
        for name, sentence in item.problems.items()
    )


def mark_addressed_dirty(
    store: Store, audience: Audience, kind: Kind, ids: Iterable[EntityId]
) -> None:
    """Mark entities whose address changed, in the tools that show addresses."""
    entities = list(ids)
    for name in audience.showing(kind, PAGE_URL):
        store.links.mark_dirty(name, entities)


def mark_blocks_dirty(store: Store, audience: Audience, kind: Kind, task: EntityId) -> None:
    """Mark the blocks of a task whose item can be opened elsewhere now."""
    if kind is not Kind.TASK:
        return
    for name in audience.showing(Kind.BLOCK, LINKS):
        store.links.mark_referrers_dirty(name, task, "task")


def _still_foreign(old: Link | None, write: Write) -> Foreign:
    """Return the references to nothing of the plan's that a write left as they were."""
    known = old.foreign if old is not None else {}
    return {name: ids for name, ids in known.items() if name not in write.fields}


def _normalised(old: Link | None, asked: Fields, answer: Fields) -> dict[str, Value]:
    """Remember what the tool stored differently than it was asked to."""
    kept = dict(old.normalised) if old is not None else {}
    for name, value in asked.items():
        if name in answer and answer[name] == value:
            kept.pop(name, None)
        else:
            kept[name] = value
    return kept


def _before_write(old: Link | None, write: Write) -> dict[str, object]:
    """Remember what the item was before this write, to know late echoes of it."""
    if old is None or write.op is not Op.UPDATE or not old.content_hash:
        return {}
    edited = old.edited_at.isoformat() if old.edited_at else None
    return {"print": old.content_hash, "edited_at": edited}
