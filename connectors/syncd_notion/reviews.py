"""Reading and writing the answers on reviews' pages."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd.connect.border import Pages, sort_out, unreadable
from syncd.connect.contract import ConnectorMemory
from syncd.connect.network import RateLimiter
from syncd.errors import Changed, Gone, SignIn, SkipItem, TryLater
from syncd.model.entities import Kind
from syncd.model.remote import Remote
from syncd_notion.bodies import (
    ANSWERS,
    Json,
    Pairs,
    Section,
    asked_of,
    block,
    fit_answers,
    lines_of,
    sections,
    text_of,
)
from syncd_notion.border import TITLE, Block, Listing, block_fault, block_text
from syncd_notion.client import Api
from syncd_notion.dates import instant
from syncd_notion.pages import EDITED, entries
from syncd_notion.replies import done

MARGIN = timedelta(minutes=2)
"""Edit times are cut to the minute: so long after, a page is read once more. Until then a
page that asks for answers, or that somebody else edited, is read in each cycle."""
OFTEN = timedelta(hours=1)
SELDOM = timedelta(days=1)
RECENT = timedelta(days=60)
"""Not every edit of a page's content need move its edit time (Notion API documentation says
nothing of it): the pages of this age are read again ``OFTEN``, older ones ``SELDOM``."""
DEEPEST = 4
"""Levels of nested blocks that are read."""
MOST_LISTINGS = 500
"""Listings of blocks that one page's answers may take."""
_INSIDE = frozenset({"child_page", "child_database", "synced_block"})
"""Blocks that are not opened: pages of their own, and copies of what stands elsewhere."""


class Answers:
    """What stands under the prompts of each page, remembered, and read when it may differ."""

    def __init__(
        self, api: Api, memory: ConnectorMemory, limiter: RateLimiter, clock: Clock
    ) -> None:
        self._api = api
        self._memory = memory
        self._limiter = limiter
        self._clock = clock
        self._listings = 0

    def told(self, remote: Remote, page: Json) -> Remote:
        """Return a row with what its page holds besides, if it is a review."""
        if remote.kind is not Kind.REVIEW:
            return remote
        try:
            found = self.of(page)
        except (SkipItem, SignIn) as error:
            problem = {ANSWERS: f"The text of the page can't be read. {error}"}
            return replace(remote, problems={**remote.problems, **problem})
        if found is None:
            return remote
        return replace(remote, fields={**remote.fields, ANSWERS: found})

    def made(self, page: Json, answers: Pairs, *, asked: bool) -> None:
        """Remember with which answers a page was made, and if syncd asks for more of them."""
        self._keep(page, answers, {"read": None, "asked": asked})

    def of(self, page: Json) -> Pairs | None:
        """Return a page's answers; None where they are not known yet.

        Trouble with one page's text is none of the others': what was read before is told
        until it is over. Raises ``SkipItem`` or ``SignIn`` where reading it is refused.
        """
        known = self._memory.get(_key(page["id"]))
        kept = _pairs(known["answers"]) if known is not None else None
        if known is not None and not self._is_due(page, known):
            return kept
        self._listings = 0
        try:
            found = self._read(str(page["id"]))
        except (Gone, TryLater):
            return kept
        asked = known is not None and known.get("asked", False)
        self._keep(page, found, {"read": self._now().isoformat(), "asked": asked})
        return found

    def _keep(self, page: Json, answers: Pairs, how: dict[str, Any]) -> None:
        pairs = [list(pair) for pair in answers]
        record = {"edited": page.get(EDITED), "answers": pairs, **how}
        self._memory.put(_key(page["id"]), record)

    def write(self, page: str, wanted: Pairs, seen: Pairs) -> None:
        """Bring the answers on a page to those wanted.

        What the person wrote since it was ``seen`` is never overwritten: ``Changed``. A
        prompt that they added stays.
        """
        record = self._memory.get(_key(page))
        if record is not None:  # whatever comes of it, the page is read anew
            self._memory.put(_key(page), {**record, "edited": None})
        texts, known = dict(wanted), dict(seen)
        self._listings = 0
        there = sections(self._children(page))
        now = [(one, self._text(one)) for one in there]
        ours = [(one, it) for one, it in now if one.prompt in texts or one.prompt in known]
        others = [(one, it) for one, it in ours if texts.get(one.prompt) != it]
        if any((one.prompt, it) not in seen for one, it in others):
            raise Changed("The answers were edited in Notion meanwhile: reading them first.")
        try:
            for one, _ in others:
                if one.prompt in texts:
                    self._replace(page, one, texts[one.prompt])
                else:
                    self._remove(one)
        except Gone as error:  # a block that was there a moment ago
            raise Changed(
                "The answers were edited in Notion meanwhile: reading them."
            ) from error
        missing = texts.keys() - {one.prompt for one in there}
        asked = [asked_of(pair) for pair in wanted if pair[0] in missing]
        if asked:
            self._append(page, [it for pair in asked for it in pair])

    def _replace(self, page: str, section: Section, text: str) -> None:
        """Put a text under a prompt: into the first paragraph there, else into a new one."""
        first = next((one for one in section.blocks if _is_plain(one)), None)
        if first is None:
            self._append(page, [block("paragraph", text)], after=section.heading["id"])
        else:
            written, name = block("paragraph", text)["paragraph"], str(first["id"])
            done(self._api.update_block(name, {"paragraph": written}), Block, name)
        for one in section.blocks:
            if one is not first and lines_of(one):
                self._delete(one)

    def _remove(self, section: Section) -> None:
        for one in section.blocks:
            if lines_of(one):
                self._delete(one)
        self._delete(section.heading)

    def _delete(self, one: Json) -> None:
        name = str(one["id"])
        with suppress(Gone):  # one that is in the trash can't be put there again
            done(self._api.delete_block(name), Block, name)

    def _append(self, page: str, blocks: list[Json], after: str | None = None) -> None:
        done(self._api.append(page, blocks, after), Listing)

    def _read(self, page: str) -> Pairs:
        found = sections(self._children(page))
        return fit_answers((one.prompt, self._text(one)) for one in found)

    def _text(self, section: Section) -> str:
        lines = list(self._nested(section.heading, 0))
        for one in section.blocks:
            lines += [*lines_of(one), *self._nested(one, 1)]
        return text_of(lines)

    def _nested(self, parent: Json, depth: int) -> Iterator[str]:
        closed = not parent.get("has_children") or parent.get("type") in _INSIDE
        if closed or depth >= DEEPEST:
            return
        for one in self._children(str(parent["id"])):
            yield from (f"{'  ' * depth}{line}" for line in lines_of(one))
            yield from self._nested(one, depth + 1)

    def _children(self, parent: str) -> list[Json]:
        """Return the blocks right in a page or a block, as they are now.

        Raises ``SkipItem`` where any can't be read: an answer without it would be another.
        """
        self._listings += 1
        if self._listings > MOST_LISTINGS:
            raise SkipItem("Too much is nested in it: keep answers simple in Notion.")
        pages = Pages(TITLE)  # never what was read a while ago: it is about to be overwritten
        listed = entries(pages, parent, lambda start: self._api.children(parent, start))
        found = sort_out(listed, Block, TITLE, block_text)
        wrong = [*found.unread.values(), *found.nameless]
        blocks = [one for one in found.good.values() if not one.get("in_trash")]
        faults = ((one, fault) for one in blocks if (fault := block_fault(one)))
        wrong += [unreadable(one, TITLE, block_text, fault) for one, fault in faults]
        if wrong:
            raise SkipItem(wrong[0])
        return blocks

    def _is_due(self, page: Json, known: Any) -> bool:
        now, edited = self._now(), instant(page.get(EDITED))
        if known.get("edited") != page.get(EDITED) or edited is None:
            return True
        read = instant(known.get("read"))
        if read is None or read < edited + MARGIN:
            # more may have been written in that minute: soon, where an answer is likely
            likely = known.get("asked") or _editor(page) != _editor(page, "created_by")
            return bool(likely) or now >= edited + MARGIN
        every = OFTEN if now - edited < RECENT else SELDOM
        return not timedelta() <= now - read < every

    def _now(self) -> datetime:
        """Return the time by Notion's clock, as far as it is known."""
        return self._clock.now() + (self._limiter.offset or timedelta())


def _is_plain(one: Json) -> bool:
    return one.get("type") == "paragraph" and not one.get("has_children")


def _pairs(raw: Any) -> Pairs:
    return tuple((str(prompt), str(text)) for prompt, text in raw)


def _editor(page: Json, which: str = "last_edited_by") -> Any:
    found = page.get(which)
    return found.get("id") if isinstance(found, Mapping) else None


def _key(page: Any) -> str:
    return f"body:{page}"
