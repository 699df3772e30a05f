"""Taking in what the tools showed: match, merge, archive; one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from syncd.engine.context import Context, StoredPlanView
from syncd.engine.matching import ItemMatcher
from syncd.engine.outcomes import mark_blocks_dirty, record_problems
from syncd.engine.pull import PullResult
from syncd.engine.rules import (
    by_person,
    by_rule,
    deletion_effect,
    lost_deletion,
    restore_change,
)
from syncd.engine.tool import OnDelete, Tool
from syncd.engine.translate import SkillLabels, Translator, as_label
from syncd.engine.unit_of_work import UnitOfWork
from syncd.model.entities import Kind, kind_of
from syncd.model.ids import EntityId, ToolName
from syncd.model.remote import PAGE_URL, Carried, Remote, content_hash
from syncd.model.rules.world import LiveState, live_state
from syncd.model.schema import FIELDS, REFERENCE_FIELDS, Fields, fields_of
from syncd.store.rows import Foreign, HistoryRow, Link, Record
from syncd.sync.decide import Presence
from syncd.sync.merge import Author, FieldChange, Observation, merge

_TIME = ("start", "end")


@dataclass(slots=True)
class SeenItem:
    """One item of one tool, and the link it has by now."""

    pulled: PullResult
    item: Remote
    link: Link


@dataclass
class PullApplier:
    """Takes in what several tools showed at once."""

    context: Context
    work: UnitOfWork
    matches: list[str] = field(default_factory=list)
    waiting: set[ToolName] = field(default_factory=set)
    _translators: dict[ToolName, Translator] = field(default_factory=dict)

    @cached_property
    def _labels(self) -> SkillLabels:
        return SkillLabels(self.context.store)

    def apply(self, pulls: Sequence[PullResult]) -> None:
        """Bring the plan up to what these tools show."""
        order = {tool.name: place for place, tool in enumerate(self.context.in_order())}
        ordered = self._matched(sorted(pulls, key=lambda result: order[result.tool.name]))
        by_entity = self._observations_in(ordered)
        self.work.load(
            [*by_entity, *(link.entity for result in ordered for link in result.gone)]
        )
        for entity, observations in by_entity.items():
            if self._can_be_read(entity, [observation.pulled for observation in observations]):
                self._merge(entity, observations)
        self.work.commit()  # whether a goal is at rest, say, is looked up in the store
        for result in ordered:
            for link in result.gone:
                if self._can_be_read(link.entity, [result]):
                    self._gone(result, link)

    def _observations_in(self, ordered: Iterable[PullResult]) -> dict[EntityId, list[SeenItem]]:
        """Return what these tools show of each entity."""
        by_entity: dict[EntityId, list[SeenItem]] = defaultdict(list)
        for result in ordered:
            self._learn(result)
            linked = ((item, result.links.get(item.id)) for item in result.changed)
            for item, link in linked:
                if link is not None:
                    by_entity[link.entity].append(SeenItem(result, item, link))
        return by_entity

    def _can_be_read(self, entity: EntityId, pulled: Iterable[PullResult]) -> bool:
        """Say whether an entity can be read; else what its tools show waits until it can."""
        if entity in self.work.records:
            return True
        self.waiting.update(result.tool.name for result in pulled)
        return False

    def _matched(self, ordered: Sequence[PullResult]) -> list[PullResult]:
        """Link what has no link yet; the tool that gives addresses comes first."""
        observed = {pulled.tool.name for pulled in ordered}
        linked: list[PullResult] = []
        for pulled in ordered:
            self._translators[pulled.tool.name] = Translator.of(self.context.store, pulled.tool)
            matcher = ItemMatcher(self.context, self.work, observed)
            linked.append(matcher.link_all(pulled))
            self.matches.extend(matcher.matched)
            if matcher.waits:
                self.waiting.add(pulled.tool.name)
        return linked

    def _learn(self, pulled: PullResult) -> None:
        """Look up everything that the items refer to, at once."""
        translator = self._translators[pulled.tool.name]
        for item in pulled.changed:
            translator.to_plan(item.kind, item.fields)

    def _merge(self, entity: EntityId, observations: list[SeenItem]) -> None:
        record = self.work.records[entity]
        kind = kind_of(record.entity)
        shown = [self._observation(record, observation) for observation in observations]
        authors = {name: self._known(kind, name, who) for name, who in record.authors.items()}
        merged = merge(kind, fields_of(record.entity), authors, shown, self.context.zone)
        self.work.change(entity, merged.changes)
        self.work.record_conflict(
            entity, [conflict for conflict in merged.conflicts if by_person(kind, conflict)]
        )
        back = self._back(record, observations, merged.changes)
        if back is not None:
            self.work.change(entity, [back])
        for observation in observations:
            self._link(observation)

    def _known(self, kind: Kind, name: str, author: Author) -> Author:
        """Return an author with what is known of the tool, if it is one."""
        tool = next(
            (
                candidate
                for candidate in self.context.tools.values()
                if candidate.title == author.by
            ),
            None,
        )
        if tool is None:
            return author
        carried = self.context.carried(tool, kind)
        home = carried is not None and name in carried.home
        fine = tool.connector.edit_resolution
        return replace(author, resolution=fine, home=home, is_tool=True)

    def _observation(self, record: Record, seen_item: SeenItem) -> Observation:
        tool, kind = seen_item.pulled.tool, seen_item.item.kind
        carried = tool.connector.capabilities[kind]
        translator = self._translators[tool.name]
        fit = self.context.fit(tool, record.entity, translator, seen_item.link)
        for name, asked in seen_item.link.normalised.items():
            if fit.get(name) == asked:
                fit[name] = seen_item.link.base.get(name)
        # what can't be given to the tool now, for want of another value, it may hold all the same
        own = fields_of(record.entity)
        fit |= {name: own[name] for name in carried.falls_with if name not in fit}
        fallen = carried.fallen(seen_item.item.fields, seen_item.link.base)
        shown = {
            name: value for name, value in seen_item.item.fields.items() if name not in fallen
        }
        sides = [
            translator.to_plan(kind, shown)[0],
            translator.agreed(seen_item.link),
            translator.to_plan(kind, fit)[0],
        ]
        editable, home = carried.editable, carried.home
        if as_label(tool, kind):
            skill = fields_of(record.entity)["skill"]
            sides = [self._labels.split(side, skill) for side in sides]
            editable |= {"skill"}
        observed, base, fits = sides
        if kind is Kind.BLOCK and any(observed.get(name) != base.get(name) for name in _TIME):
            seen = all(fits.get(name) == base.get(name) for name in _TIME)
            base = {**base, **dict.fromkeys(_TIME)}  # a start and an end belong together
            fits = {**fits, **dict.fromkeys(_TIME)} if seen else fits
        return Observation(
            tool=tool.title,
            observed=observed,
            base=base,
            fit=fits,
            editable=editable,
            home=home,
            edited_at=seen_item.pulled.our_time(seen_item.item.edited_at),
            resolution=tool.connector.edit_resolution,
            moved=seen_item.item.edited_at != seen_item.link.edited_at,
        )

    def _back(
        self, record: Record, observations: list[SeenItem], changes: Iterable[FieldChange]
    ) -> FieldChange | None:
        """An archived entity comes back where its item was restored, or edited."""
        again = restore_change(record.entity)
        if again is None:
            return None
        for observation in observations:
            restored = observation.link.presence is not Presence.PRESENT
            edited = any(
                change.author.by == observation.pulled.tool.title for change in changes
            )
            if restored or edited:
                at = observation.pulled.our_time(observation.item.edited_at)
                author = Author(by=observation.pulled.tool.title, at=at)
                return replace(again, author=author)
        return None

    def _link(self, seen_item: SeenItem) -> None:
        """Write down what the tool now holds: that is what both agree on, or will."""
        tool, item, link = seen_item.pulled.tool, seen_item.item, seen_item.link
        translator = self._translators[tool.name]
        foreign = translator.to_plan(item.kind, item.fields)[1]
        carried = tool.connector.capabilities[item.kind]
        fallen = carried.fallen(item.fields, link.base)
        seen = {**item.fields, **dict.fromkeys(fallen)}
        if PAGE_URL in carried.fields:
            seen.setdefault(PAGE_URL, item.link)
        changed = {name for name, value in seen.items() if value != link.base.get(name)}
        # what the tool could not hold for want of another value, it may hold with the new one
        changed |= {name for name, other in carried.falls_with.items() if other in changed}
        store = self.context.store
        store.links.save(
            [
                replace(
                    link,
                    presence=Presence.PRESENT,
                    url=item.url,
                    version=item.version,
                    mark=item.mark,
                    edited_at=item.edited_at,
                    completions=item.completions,
                    extra=item.extra,
                    content_hash=content_hash(item),
                    base={**link.base, **seen},
                    normalised={k: v for k, v in link.normalised.items() if k not in changed},
                    foreign={**_unread(link.foreign, seen), **foreign},
                    before_write={},
                )
            ]
        )
        self._completions(seen_item, seen)
        record_problems(store, tool, link.entity, item)
        self.work.mark_dirty(tool.name, link.entity)
        if link.presence is not Presence.PRESENT:
            store.links.mark_referrers_dirty(tool.name, link.entity)
        if tool.connector.provides_urls and item.url != link.url:
            self.work.readdress(item.kind, link.entity)

    def _completions(self, seen_item: SeenItem, seen: Fields) -> None:
        """Each completion of a task that repeats in the tool itself is recorded once."""
        times = seen_item.item.completions - seen_item.link.completions
        if times <= 0 or not seen_item.link.content_hash or seen.get("done") is True:
            return
        self.work.record_event(
            seen_item.link.entity,
            HistoryRow(
                cycle=self.work.cycle,
                at=self.work.now,
                by=seen_item.pulled.tool.title,
                set_at=seen_item.pulled.our_time(seen_item.item.edited_at),
                entity=seen_item.link.entity,
                kind=seen_item.item.kind,
                title=str(seen.get("title", "")),
                field="occurrence",
                before=seen_item.link.base.get("due"),
                after=seen.get("due"),
            ),
        )

    def _gone(self, pulled: PullResult, link: Link) -> None:
        """An item is gone, by evidence: archive, forget, or make it again."""
        tool = pulled.tool
        links = self.context.store.links
        record = self.work.records[link.entity]
        carried = tool.connector.capabilities[link.kind]
        links.mark_referrers_dirty(tool.name, link.entity)
        mark_blocks_dirty(self.context.store, self.context.audience, link.kind, link.entity)
        self.work.mark_dirty(tool.name, link.entity)
        if carried.gone:
            links.set_presence(tool.name, link.entity, Presence.GONE)
            author = Author(by=tool.title, at=self.work.now)
            self.work.change(link.entity, deletion_effect(record.entity, carried.gone, author))
            return
        if self._has_no_place(record, carried):
            links.set_presence(tool.name, link.entity, Presence.REMOVED_BY_US)
            return
        if not carried.delete_archives or record.entity.archived:
            links.set_presence(tool.name, link.entity, Presence.GONE)
            return
        if tool.on_delete is OnDelete.FORGET:
            links.set_presence(tool.name, link.entity, Presence.DETACHED)
            return
        author = Author(by=tool.title, at=self.work.now)
        elsewhere = self._edited_elsewhere(record, link, pulled, carried)
        self._last_words(pulled, link)
        if elsewhere:
            links.set_presence(tool.name, link.entity, Presence.REMOVED_BY_US)
            self.work.record_conflict(
                link.entity, [lost_deletion(author, self.work.editor(link.entity))]
            )
            return
        links.set_presence(tool.name, link.entity, Presence.GONE)
        self.work.change(
            link.entity,
            [FieldChange(field="archived", before=False, after=True, author=author)],
        )

    def _has_no_place(self, record: Record, carried: Carried) -> bool:
        """Say whether the tool is not to hold this now: its being gone is no deletion.

        With an older state put back, syncd's own withdrawals look like the person's.
        """
        if not carried.live_only or record.entity.archived:
            return False
        return live_state(record.entity, StoredPlanView(self.context.store)) is LiveState.OUT

    def _last_words(self, pulled: PullResult, link: Link) -> None:
        """Take in what the person wrote into an item before they deleted it.

        Where it belonged is no edit: what is moved elsewhere belongs to nothing there.
        """
        item = pulled.last.get(link.remote)
        if item is None or item.kind is not link.kind:
            return
        places = {spec.name for spec in REFERENCE_FIELDS[link.kind]}
        written = {name: value for name, value in item.fields.items() if name not in places}
        item = replace(item, fields=written)
        record = self.work.records[link.entity]
        authors = {
            name: self._known(link.kind, name, who) for name, who in record.authors.items()
        }
        shown = [self._observation(record, SeenItem(pulled, item, link))]
        fields, zone = fields_of(record.entity), self.context.zone
        merged = merge(link.kind, fields, authors, shown, zone)
        self.work.change(link.entity, merged.changes)
        self.work.record_conflict(link.entity, merged.conflicts)

    def _edited_elsewhere(
        self, record: Record, link: Link, pulled: PullResult, carried: Carried
    ) -> bool:
        """Say whether the plan holds an edit that this tool never got.

        Nor can the person have known of one that is younger than its last reading.
        """
        tool, paused = pulled.tool, pulled.pull.unmapped_fields.get(link.kind, frozenset())
        if self.work.edited(link.entity) or self._edited_since(record, tool):
            return True
        translator = self._translators[tool.name]
        fit = self.context.fit(tool, record.entity, translator, link)
        return any(
            fit[name] not in (link.base.get(name), link.normalised.get(name))
            for name in carried.editable & fit.keys() - paused  # it could not get the others
        )

    def _edited_since(self, record: Record, tool: Tool) -> bool:
        """Say whether somebody else edited the entity since the tool was last read."""
        last = self.context.store.tools.get(tool.name).last_ok
        specs = FIELDS[kind_of(record.entity)]
        return any(
            last is not None and author.at is not None and author.at > last
            for name, author in record.authors.items()
            if author.by != tool.title and not by_rule(author.by) and not specs[name].derived
        )


def _unread(foreign: Foreign, seen: Fields) -> Foreign:
    """Return what is known of the fields that could not be read this time."""
    return {name: ids for name, ids in foreign.items() if name not in seen}
