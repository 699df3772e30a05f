"""Who is who in a plan file: ids for its entities, and what its references mean."""

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from syncd.model.entities import Entity, Kind, kind_of
from syncd.model.exchange.drafts import Draft
from syncd.model.exchange.problems import Problems, Unreadable
from syncd.model.exchange.words import ONE, as_text, nearest, shown
from syncd.model.ids import EntityId, derived_id
from syncd.model.plan import Plan, natural_key_of, normalised
from syncd.model.schema import Fields

_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_-]{1,63}")
_NEAREST_OF = 300


class Register:
    """Gives each draft its id, and finds what references mean.

    Drafts have to come in the order in which kinds refer to each other.
    """

    def __init__(self, existing: Plan, problems: Problems) -> None:
        self._existing = existing
        self._problems = problems
        self._alike = existing.by_natural_key()
        self._kinds: dict[EntityId, Kind] = {one.id: kind_of(one) for one in existing}
        self._keys: dict[tuple[Kind, str], EntityId] = {}
        self._new: dict[tuple[Kind, str], list[EntityId]] = defaultdict(list)
        self._old: dict[tuple[Kind, str], list[EntityId]] = defaultdict(list)
        self._goals: dict[EntityId, Any] = {}
        self._taken: set[EntityId] = set()
        self._times: Counter[tuple[str, ...]] = Counter()
        self._titles: dict[tuple[Kind, str], str] = {}
        for one in existing:
            self._goals[one.id] = getattr(one, "goal", None)
            if not one.archived:
                name = (kind_of(one), normalised(one.title))
                self._old[name].append(one.id)
                self._titles[name] = one.title

    def identify(self, draft: Draft, values: Fields, owner: EntityId | None) -> EntityId | None:
        """Return the id of a draft whose fields are ``values``; None if it can't have one.

        The id that is given, or what follows from the key, or from title and owner; an
        entity of the plan that is the same for a person keeps the id that it has.
        """
        found = self._by_name(draft, values, owner)
        if found is None:
            return None
        if found in self._taken:
            self._problems.add(
                draft.where, "it is in this plan twice: change its id or its key."
            )
            return None
        self._kinds[found] = draft.kind
        self._taken.add(found)
        self._goals[found] = values.get("goal")
        name = (draft.kind, normalised(draft.title))
        self._new[name].append(found)
        self._titles[name] = draft.title
        return found

    def _by_name(self, draft: Draft, values: Fields, owner: EntityId | None) -> EntityId | None:
        given, key = draft.name("id"), draft.name("key")
        if given is not None:
            return self._by_id(draft, given)
        if key is not None and (draft.kind, key) in self._keys:
            self._problems.add(draft.where, f"the key {shown(key)} is used twice: change one.")
            key = None
        if key is not None:
            found = self._settled(_imported(draft.kind, key), draft.kind, values)
            self._keys[draft.kind, key] = found
            return found
        if not draft.title.strip():
            self._problems.add(draft.where, "it has no title: give it one.")
            return None
        return self._by_title(draft, values, owner)

    def _by_id(self, draft: Draft, given: str) -> EntityId:
        found = self._meant(draft.kind, given)
        key = draft.name("key")
        if key is not None:
            self._keys.setdefault((draft.kind, key), found)
        return found

    def _meant(self, kind: Kind, given: str) -> EntityId:
        """An id may be any text; one that could not stand in every tool, or is that of
        something of another kind, is only derived from."""
        known = self._kinds.get(EntityId(given))
        kept = known is kind or (known is None and _ID.fullmatch(given))
        return EntityId(given) if kept else _imported(kind, given)

    def _by_title(self, draft: Draft, values: Fields, owner: EntityId | None) -> EntityId:
        place = f"{values.get('goal') or ''}|{owner or ''}"
        title = normalised(draft.title)
        parts = ("import", str(draft.kind), title, place)
        while True:
            times = self._times[parts] = self._times[parts] + 1
            found = derived_id(*parts, *([str(times)] if times > 1 else []))
            if found not in self._taken:
                return self._settled(found, draft.kind, values)

    def _settled(self, derived: EntityId, kind: Kind, values: Fields) -> EntityId:
        """Return the id of the live entity that is the same, or else the derived one."""
        known = self._existing.get(derived)
        if known is not None and not known.archived:
            return derived
        alike = self._free(kind, values)
        if not alike and values.get("goal"):
            # taken in before without its goal, for that was not there or misspelt
            alike = self._free(kind, {**values, "goal": None})
        return min(alike, key=_open_and_old_first).id if alike else derived

    def _free(self, kind: Kind, values: Fields) -> list[Entity]:
        """Return the live entities of the plan with this natural key, not taken yet."""
        found = self._alike.get(natural_key_of(kind, values), ())
        return [one for one in found if not one.archived and one.id not in self._taken]

    def resolve(self, kind: Kind, raw: Any, goal: Any = None) -> EntityId:
        """Return what a reference to something of ``kind`` means: a key, an id or a title.

        goal: of several things with one title, the one of this goal is meant.
        Raises ``Unreadable``.
        """
        text = (as_text(raw) or "").strip()
        if not text:
            raise Unreadable(f"this names no {ONE[kind]}: write its title, key or id")
        named = (self._keys.get((kind, text)), EntityId(text), _imported(kind, text))
        for one in named:
            if one is not None and self._kinds.get(one) is kind:
                return one
        return self._titled(kind, text, goal)

    def _titled(self, kind: Kind, text: str, goal: Any) -> EntityId:
        name = (kind, normalised(text))
        found = list(dict.fromkeys(self._new.get(name) or self._old.get(name) or ()))
        if len(found) > 1 and goal is not None:
            found = [one for one in found if self._goals.get(one) == goal] or found
        if len(found) == 1:
            return found[0]
        if found:
            raise Unreadable(
                f"{shown(text)} is the title of {len(found)} {kind}: give the one that is meant"
                " a key, and write that"
            )
        raise Unreadable(f"there is no {ONE[kind]} {shown(text)}: {self._hint(kind, text)}")

    def _hint(self, kind: Kind, text: str) -> str:
        if not self._problems.full:
            titles = (title for (it, _), title in self._titles.items() if it is kind)
            near = nearest(text, islice(titles, _NEAREST_OF))
            if near:
                return f"did you mean {shown(near)}?"
        return "add it to the plan, or correct the name"


def _imported(kind: Kind, name: str) -> EntityId:
    return derived_id("import", kind, name)


def _open_and_old_first(entity: Entity) -> tuple[bool, datetime, str]:
    return (bool(getattr(entity, "done", False)), entity.created_at.astimezone(UTC), entity.id)
