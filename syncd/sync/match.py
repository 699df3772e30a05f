"""Recognising a tool's items: by mark, by link, by what they are, else as new."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Carried, Remote


class How(StrEnum):
    """How an item was recognised."""

    MARK = "mark"
    LINK = "link"
    ALIKE = "alike"
    NEW = "new"
    COPY = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An item and the entity it stands for (None: one that has to be made)."""

    remote: Remote
    entity: EntityId | None
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An item whose link names a page that was not read yet: decided another time."""

    remote: Remote


@dataclass(slots=True, kw_only=True)
class MatchIndex:
    """What is known when a tool's unlinked items are looked at.

    holder: which remote id of this tool an entity is linked to, or None.
    claimable: whether a mark may stand for an entity of this kind: nobody knows it
        yet, or it is one of this kind that is not archived.
    by_link: the entity behind another tool's address; ``LookupError`` where that
        tool could not be read, so that nobody knows.
    named: whether an item is still called as the entity is that its mark or link names.
    alike: the entities without an item in this tool that an item could be, best
        first (same kind, title and parent).
    """

    holder: Callable[[EntityId], RemoteId | None]
    claimable: Callable[[Kind, EntityId], bool]
    by_link: Callable[[str], EntityId | None]
    named: Callable[[Remote], bool]
    alike: Callable[[Remote], Sequence[EntityId]]
    taken: set[EntityId] = field(default_factory=set)


def match_items(
    remotes: Iterable[Remote], capabilities: Mapping[Kind, Carried], known: MatchIndex
) -> list[Match | Waiting]:
    """Decide for each unlinked item which entity it is; oldest items first.

    Of several copies, the one that kept its name comes before those that were renamed.

    An item that is left alone (its kind does not adopt and nothing tells what it is)
    is not in the result.
    """
    decided: list[Match | Waiting] = []
    for remote in sorted(remotes, key=lambda item: (not known.named(item), *_age(item))):
        verdict = _recognise(remote, known)
        if isinstance(verdict, Match):
            ours = verdict.entity is not None
            if not ours and not capabilities[remote.kind].imports:
                continue
            if verdict.entity is not None:
                known.taken.add(verdict.entity)
        decided.append(verdict)
    return decided


def _age(remote: Remote) -> tuple[bool, str, str]:
    created = remote.created_at
    return (created is None, created.isoformat() if created else "", remote.id)


def _free(kind: Kind, entity: EntityId, known: MatchIndex) -> bool:
    if entity in known.taken or known.holder(entity) is not None:
        return False
    return known.claimable(kind, entity)


def _recognise(remote: Remote, known: MatchIndex) -> Match | Waiting:
    if remote.mark:
        return _by_mark(remote, remote.mark, known)
    if remote.link:
        try:
            entity = known.by_link(remote.link)
        except LookupError:
            return Waiting(remote=remote)
        if entity is not None and _free(remote.kind, entity, known):
            return Match(remote=remote, entity=entity, how=How.LINK)
        if entity is not None:
            return Match(remote=remote, entity=None, how=How.COPY)
    for entity in known.alike(remote):
        if _free(remote.kind, entity, known):
            return Match(remote=remote, entity=entity, how=How.ALIKE)
    return Match(remote=remote, entity=None, how=How.NEW)


def _by_mark(remote: Remote, mark: EntityId, known: MatchIndex) -> Match:
    """A mark that another live item of the tool carries already is a copy's."""
    if not _free(remote.kind, mark, known):
        return Match(remote=remote, entity=None, how=How.COPY)
    return Match(remote=remote, entity=mark, how=How.MARK)
