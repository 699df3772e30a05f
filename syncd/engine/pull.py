"""Reading one tool: what is in flight, what changed, what is gone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.engine.blocks.planner_state import BusyReading, BusyWindow, read
from syncd.engine.outcomes import OutcomeRecorder
from syncd.engine.tool import Audience, Tool
from syncd.engine.translate import keep_values, newly_mapped
from syncd.errors import Gone, SkipItem, StartOver, Stopped, ToolError, message_of
from syncd.model.ids import RemoteId
from syncd.model.remote import Binding, Op, Pull, Remote, content_hash
from syncd.store.rows import Intent, Link
from syncd.store.store import Store
from syncd.sync.decide import Presence
from syncd.sync.limits import most_direct_reads

SKEW = timedelta(seconds=3)
"""A tool's clock is believed to be ours unless it is off by more than this."""

LEFT_ALONE = "left alone"
"""Under this name the engine remembers which of a tool's items are not the plan's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullResult:
    """What reading a tool brought, less what is known already.

    changed: items that are new or differ from what was last seen.
    links: the links to those of them that have one.
    gone: links whose item is gone, by evidence.
    last: what such items last held, where the tool still tells.
    unread: more that are absent from a listing; reading them one by one would be too
        much before anybody agreed that so many may be gone.
    short: the listing said that it is whole, and lacked what a direct read showed.
    passed_over: something is left alone while what is known of it can't be read; it has to
        show again once it can.
    unreadable: items that are there and can't be read, and why: neither gone nor changed.
    busy: when the person has no time; None where that was not asked or not answered, and
    then ``silent`` says why, if anything went wrong.
    """

    tool: Tool
    pull: Pull
    binding: Binding
    changed: tuple[Remote, ...] = ()
    links: Mapping[RemoteId, Link] = field(default_factory=dict)
    gone: tuple[Link, ...] = ()
    last: Mapping[RemoteId, Remote] = field(default_factory=dict)
    unread: tuple[Link, ...] = ()
    short: bool = False
    passed_over: bool = False
    unreadable: Mapping[RemoteId, str] = field(default_factory=dict)
    busy: tuple[BusyReading, ...] | None = None
    silent: str = ""

    def our_time(self, at: datetime | None) -> datetime | None:
        """Return a time that this tool gave by our clock."""
        offset = self.pull.clock_offset
        if at is None or offset is None or abs(offset) <= SKEW:
            return at
        try:
            return at - offset
        except OverflowError:  # a time at the end of all times
            return at


@dataclass(slots=True, kw_only=True)
class _Reading:
    """A tool while it is read; ``result`` is what came of it, field by field as there."""

    tool: Tool
    pull: Pull
    binding: Binding
    changed: list[Remote] = field(default_factory=list)
    links: dict[RemoteId, Link] = field(default_factory=dict)
    gone: list[Link] = field(default_factory=list)
    last: dict[RemoteId, Remote] = field(default_factory=dict)
    unread: list[Link] = field(default_factory=list)
    short: bool = False
    passed_over: bool = False
    unreadable: dict[RemoteId, str] = field(default_factory=dict)
    busy: tuple[BusyReading, ...] | None = None
    silent: str = ""

    def result(self) -> PullResult:
        """Return what was read, to be changed by nobody."""
        return PullResult(
            tool=self.tool,
            pull=self.pull,
            binding=self.binding,
            changed=tuple(self.changed),
            links=self.links,
            gone=tuple(self.gone),
            last=self.last,
            unread=tuple(self.unread),
            short=self.short,
            passed_over=self.passed_over,
            unreadable=self.unreadable,
            busy=self.busy,
            silent=self.silent,
        )


def pull_tool(
    tool: Tool,
    store: Store,
    audience: Audience | None = None,
    windows: Iterable[BusyWindow] = (),
) -> PullResult:
    """Read one tool; every error of the contract comes through.

    Writes to the store only what settles writes in flight; the ``audience`` may show the
    addresses of what is reading to be there. ``windows``: for when to ask for busy time.
    Asked to stop, it ends with ``Stopped`` before the next request.
    """
    connector, committer = tool.connector, OutcomeRecorder(store, tool, audience)
    binding = connector.bind()
    if binding.missing:
        connector.provision()
    unresolved = _resolve_all(tool, store, committer)
    pull = _pull(tool, store)
    back = newly_mapped(store, tool, pull)
    if back.keys() - pull.whole:  # what they hold now is to be seen for every item
        pull = connector.pull(None)
    reading = _Reading(tool=tool, pull=pull, binding=binding)
    reading.unreadable.update({**pull.unread, **unresolved})
    _compare(reading, store)
    keep_values(tool, reading.changed, reading.links, back)
    _verify_absent(reading, store)
    _ask_busy(reading, windows)
    return reading.result()


def _ask_busy(reading: _Reading, windows: Iterable[BusyWindow]) -> None:
    """Ask for busy time; without an answer all else that was read is as good."""
    try:
        reading.busy = read(reading.tool.connector, windows) or None
    except Stopped:
        raise
    except ToolError as error:
        reading.silent = f"When you are busy could not be read: {error}"


def _pull(tool: Tool, store: Store) -> Pull:
    cursor = store.tools.get(tool.name).cursor
    try:
        return tool.connector.pull(cursor)
    except StartOver:
        return tool.connector.pull(None)


def _resolve_all(tool: Tool, store: Store, committer: OutcomeRecorder) -> dict[RemoteId, str]:
    """Find out what became of the writes in flight; return which items can't be read."""
    unreadable: dict[RemoteId, str] = {}
    for intent in store.journal.pending(tool.name):
        if _damaged(store, tool, intent):
            continue
        try:
            _resolve(tool, store, committer, intent)
        except SkipItem as error:  # one item's trouble: its write stays in flight
            seen = intent.write.seen
            unreadable[seen.id if seen else RemoteId(intent.write.key)] = message_of(error)
    return unreadable


def _resolve(tool: Tool, store: Store, committer: OutcomeRecorder, intent: Intent) -> None:
    """Find out what became of a write in flight, and close it.

    A create is looked for and, if nothing came of it, sent again with the same key.
    """
    write = intent.write
    if write.op is Op.CREATE:
        there = tool.connector.find(write)
        if there is not None:
            committer.landed_create(write, there)
            return
        outcome = tool.connector.write([write])[0]
        committer.outcome(write, outcome)
        return
    assert write.seen is not None  # noqa: S101  # every update and delete relies on an item
    try:
        now = tool.connector.read(write.kind, write.seen.id)
    except Gone:
        committer.not_found(write)
        return
    if write.op is Op.UPDATE:
        committer.landed_update(write, now)
    else:
        store.journal.close([write.key])


def _damaged(store: Store, tool: Tool, intent: Intent) -> bool:
    """Say whether nobody can tell what a write in flight came to: it waits."""
    link = store.links.of_entity(intent.write.entity).get(tool.name)
    return link is not None and link.damaged


def _compare(reading: _Reading, store: Store) -> None:
    """Keep only the items that differ from what was last seen."""
    name = reading.tool.name
    items = list({item.id: item for item in reading.pull.items}.values())
    left_alone = set(store.tools.recall(f"engine:{name}", LEFT_ALONE) or ())
    reading.links = store.links.by_remote(name, [item.id for item in items])
    for item in items:
        link = reading.links.get(item.id)
        if link is not None and link.damaged:
            reading.passed_over = True
            continue
        if link is not None and link.kind is not item.kind:
            _became_another(reading, link, item)
            continue
        if item.id in left_alone if link is None else _known(item, link):
            continue
        if link is not None and _may_be_old(item, link):
            _read_again(reading, link)
            continue
        reading.changed.append(item)
    known = {link.remote for link in reading.gone}
    tombstones = store.links.by_remote(
        name, [remote for remote in reading.pull.gone if remote not in known]
    )
    reading.passed_over |= any(link.damaged for link in tombstones.values())
    reading.last |= {item.id: item for item in reading.pull.last if item.id in tombstones}
    _bury(
        reading,
        [
            link
            for link in tombstones.values()
            if link.presence is Presence.PRESENT and not link.damaged
        ],
    )


def _bury(reading: _Reading, tombstones: Sequence[Link]) -> None:
    """Note what is gone; where no more than an id is told, read what it last held.

    So many are read as may be gone without a question; what is there all the same stays.
    """
    capabilities = reading.tool.connector.capabilities
    silent = [
        link
        for link in tombstones
        if link.remote not in reading.last
        and capabilities[link.kind].delete_archives
        and not capabilities[link.kind].gone
    ][: reading.tool.limits.max_deletes]
    reading.gone += [link for link in tombstones if link not in silent]
    for link in silent:
        reading.links[link.remote] = link
        _read_again(reading, link)


def _became_another(reading: _Reading, link: Link, item: Remote) -> None:
    """An item that the person moved among what is another kind's is a new thing there."""
    if link.presence is Presence.DETACHED:
        return
    here = link.presence in (Presence.PRESENT, Presence.UNCONFIRMED)
    if here and (_read_again(reading, link) is not None or item.id in reading.unreadable):
        return
    del reading.links[item.id]
    reading.changed.append(item)


def _known(item: Remote, link: Link) -> bool:
    """Say whether the item is as it was last seen; a write relies on its version too."""
    there = link.presence is Presence.PRESENT and link.version == item.version
    return there and link.content_hash == content_hash(item)


def _may_be_old(item: Remote, link: Link) -> bool:
    """Say whether this may be the item as it was before syncd last saw or wrote it.

    A reply can be late. Such an echo shows an older edit time, or, where times are
    coarse, the same one with just the content that was there before the last write.
    """
    if item.edited_at is None or link.edited_at is None or not link.content_hash:
        return False
    if item.edited_at < link.edited_at:
        return True
    before = link.before_write
    same_time = before.get("edited_at") == item.edited_at.isoformat()
    return same_time and before.get("print") == content_hash(item)


def _read_again(reading: _Reading, link: Link) -> Remote | None:
    """Read an item directly, where the listing may be late; believe that."""
    try:
        item = reading.tool.connector.read(link.kind, link.remote)
    except Gone as error:
        reading.gone.append(link)
        if isinstance(error.last, Remote):
            reading.last[link.remote] = error.last
        return None
    except SkipItem as error:
        reading.unreadable[link.remote] = message_of(error)
        return None
    if not _known(item, link):
        reading.changed.append(item)
    return item


def _verify_absent(reading: _Reading, store: Store) -> None:
    """Read directly what a listing alone can't tell: the absent and the reappeared."""
    _verify_reappeared(reading)
    name, limits = reading.tool.name, reading.tool.limits
    suspects = {link.remote: link for link in _absent(reading, store)}
    for link in store.links.with_presence(name, Presence.UNCONFIRMED):
        if not link.damaged:
            suspects[link.remote] = link
    known = {link.remote for link in reading.gone} | {item.id for item in reading.changed}
    doubtful = [link for remote, link in suspects.items() if remote not in known]
    agreed = store.tools.get(name).consent is not None
    most = len(doubtful) if agreed else most_direct_reads(store.links.count(name), limits)
    reading.links.update({link.remote: link for link in doubtful[:most]})
    read = [_read_again(reading, link) for link in doubtful[:most]]
    if not any(read) and not reading.unreadable:
        reading.unread = doubtful[most:]
    absent = [item for item in read if item is not None and item.kind in reading.pull.whole]
    reading.short = any(not _hidden(reading.tool, item) for item in absent)


def _absent(reading: _Reading, store: Store) -> Iterable[Link]:
    """Yield links whose item a whole listing does not show."""
    whole = reading.pull.whole
    if not whole:
        return
    name, capabilities = reading.tool.name, reading.tool.connector.capabilities
    listed = {item.id for item in reading.pull.items} | reading.pull.unread.keys()
    absent = [
        remote for remote in store.links.content_hashes(name, whole) if remote not in listed
    ]
    for link in store.links.by_remote(name, absent).values():
        if link.damaged:
            continue
        if capabilities[link.kind].hides_done and link.base.get("done") is True:
            continue
        yield link


def _hidden(tool: Tool, item: Remote) -> bool:
    """Say whether it is no wonder that a listing lacks this item."""
    return tool.connector.capabilities[item.kind].hides_done and item.fields.get("done") is True


def _verify_reappeared(reading: _Reading) -> None:
    """An item that was gone and shows again is believed only when read directly."""
    kept: list[Remote] = []
    for item in reading.changed:
        link = reading.links.get(item.id)
        if link is None or link.presence in (Presence.PRESENT, Presence.UNCONFIRMED):
            kept.append(item)
            continue
        try:
            kept.append(reading.tool.connector.read(item.kind, item.id))
        except Gone:
            continue
        except SkipItem as error:
            reading.unreadable[item.id] = message_of(error)
    reading.changed = kept
