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
from syncd_notion.border import (
    EDITED,
    TITLE,
    BlockReply,
    ListingReply,
    block_fault,
    block_text,
    check_written,
)
from syncd_notion.client import NotionApi, entries
from syncd_notion.dates import instant
from syncd_notion.page_content import (
    ANSWERS,
    Json,
    Pairs,
    PromptSection,
    asked_of,
    block,
    content_text,
    fit_answers,
    lines_of,
    sections,
)

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


class ReviewAnswers:
    """What stands under the prompts of each page, remembered, and read when it may differ."""

    def __init__(
        self, api: NotionApi, memory: ConnectorMemory, limiter: RateLimiter, clock: Clock
    ) -> None:
        self._api = api
        self._memory = memory
        self._limiter = limiter
        self._clock = clock
        self._listings = 0

    def with_answers(self, remote: Remote, page: Json) -> Remote:
        """Return a row with what its page holds besides, if it is a review."""
        if remote.kind is not Kind.REVIEW:
            return remote
        try:
            answers = self.answers_of(page)
        except (SkipItem, SignIn) as error:
            problem = {ANSWERS: f"The text of the page can't be read. {error}"}
            return replace(remote, problems={**remote.problems, **problem})
        if answers is None:
            return remote
        return replace(remote, fields={**remote.fields, ANSWERS: answers})

    def remember_new(self, page: Json, answers: Pairs, *, asked: bool) -> None:
        """Remember with which answers a page was made, and if syncd asks for more of them."""
        self._keep(page, answers, {"read": None, "asked": asked})

    def answers_of(self, page: Json) -> Pairs | None:
        """Return a page's answers; None where they are not known yet.

        Trouble with one page's text is none of the others': what was read before is
        returned until it is over. Raises ``SkipItem`` or ``SignIn`` where reading it is refused.
        """
        known = self._memory.get(_key(page["id"]))
        kept = _pairs(known["answers"]) if known is not None else None
        if known is not None and not self._is_due(page, known):
            return kept
        self._listings = 0
        try:
            answers = self._read(str(page["id"]))
        except (Gone, TryLater):
            return kept
        asked = known is not None and known.get("asked", False)
        self._keep(page, answers, {"read": self._now().isoformat(), "asked": asked})
        return answers

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
        self._listings = 0
        there = sections(self._children(page))
        self._rewrite(page, self._outdated(there, wanted, seen), dict(wanted))
        prompts = {section.prompt for section in there}
        missing = [pair for pair in wanted if pair[0] not in prompts]
        if missing:
            self._append(page, [part for pair in missing for part in asked_of(pair)])

    def _outdated(
        self, there: list[PromptSection], wanted: Pairs, seen: Pairs
    ) -> list[PromptSection]:
        """Return the sections of known prompts that are to change.

        Raises ``Changed`` where the person edited one of them since it was ``seen``.
        """
        texts, known = dict(wanted), dict(seen)
        outdated = []
        for section in there:
            prompt, text = section.prompt, self._text(section)
            if (prompt in texts or prompt in known) and texts.get(prompt) != text:
                outdated.append((section, (prompt, text)))
        if any(pair not in seen for _, pair in outdated):
            raise Changed("The answers were edited in Notion meanwhile: reading them first.")
        return [section for section, _ in outdated]

    def _rewrite(
        self, page: str, outdated: list[PromptSection], texts: Mapping[str, str]
    ) -> None:
        """Give sections their texts; those without one go."""
        try:
            for section in outdated:
                if section.prompt in texts:
                    self._replace(page, section, texts[section.prompt])
                else:
                    self._remove(section)
        except Gone as error:  # a block that was there a moment ago
            raise Changed(
                "The answers were edited in Notion meanwhile: reading them."
            ) from error

    def _replace(self, page: str, section: PromptSection, text: str) -> None:
        """Put a text under a prompt: into the first paragraph there, else into a new one."""
        first = next((part for part in section.blocks if _is_plain(part)), None)
        if first is None:
            self._append(page, [block("paragraph", text)], after=section.heading["id"])
        else:
            written, name = block("paragraph", text)["paragraph"], str(first["id"])
            check_written(
                self._api.update_block(name, {"paragraph": written}), BlockReply, name
            )
        for part in section.blocks:
            if part is not first and lines_of(part):
                self._delete(part)

    def _remove(self, section: PromptSection) -> None:
        for part in section.blocks:
            if lines_of(part):
                self._delete(part)
        self._delete(section.heading)

    def _delete(self, part: Json) -> None:
        name = str(part["id"])
        with suppress(Gone):  # one that is in the trash can't be put there again
            check_written(self._api.delete_block(name), BlockReply, name)

    def _append(self, page: str, blocks: list[Json], after: str | None = None) -> None:
        check_written(self._api.append(page, blocks, after), ListingReply)

    def _read(self, page: str) -> Pairs:
        there = sections(self._children(page))
        return fit_answers((section.prompt, self._text(section)) for section in there)

    def _text(self, section: PromptSection) -> str:
        lines = list(self._nested(section.heading, 0))
        for part in section.blocks:
            lines += [*lines_of(part), *self._nested(part, 1)]
        return content_text(lines)

    def _nested(self, parent: Json, depth: int) -> Iterator[str]:
        closed = not parent.get("has_children") or parent.get("type") in _INSIDE
        if closed or depth >= DEEPEST:
            return
        for child in self._children(str(parent["id"])):
            yield from (f"{'  ' * depth}{line}" for line in lines_of(child))
            yield from self._nested(child, depth + 1)

    def _children(self, parent: str) -> list[Json]:
        """Return the blocks right in a page or a block, as they are now.

        Raises ``SkipItem`` where any can't be read: an answer without it would be another.
        """
        self._listings += 1
        if self._listings > MOST_LISTINGS:
            raise SkipItem("Too much is nested in it: keep answers simple in Notion.")
        pages = Pages(TITLE)  # never what was read a while ago: it is about to be overwritten
        listed = entries(pages, parent, lambda start: self._api.children(parent, start))
        listing = sort_out(listed, BlockReply, TITLE, block_text)
        blocks = [child for child in listing.good.values() if not child.get("in_trash")]
        faults = ((child, fault) for child in blocks if (fault := block_fault(child)))
        garbled = (unreadable(child, TITLE, block_text, fault) for child, fault in faults)
        for sentence in (*listing.unread.values(), *listing.nameless, *garbled):
            raise SkipItem(sentence)
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


def _is_plain(part: Json) -> bool:
    return part.get("type") == "paragraph" and not part.get("has_children")


def _pairs(raw: Any) -> Pairs:
    return tuple((str(prompt), str(text)) for prompt, text in raw)


def _editor(page: Json, which: str = "last_edited_by") -> Any:
    user = page.get(which)
    return user.get("id") if isinstance(user, Mapping) else None


def _key(page: Any) -> str:
    return f"body:{page}"
