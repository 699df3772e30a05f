"""A review's page: what it begins with, and the answers under its prompts; pure.

What syncd reports stands under level-3 headings; each prompt is a level-2 heading (one of level
1, too, if the person makes it so), and what follows it, up to the next such heading, is its
answer. Whatever else the person puts there is theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd_notion.rich_text import fit_text, plain, runs_of

Json = dict[str, Any]
Pairs = tuple[tuple[str, str], ...]

ANSWERS = "answers"
"""The field of a review that its page holds."""
MOST_BLOCKS = 100
"""Blocks that one request may make (Notion API documentation, request limits)."""
MOST_PROMPTS = 45
"""Prompts that are read and written, so that a page can be made by one request: with each an
answer, and space for the facts."""
PROMPT = "heading_2"
_PROMPTS = frozenset({"heading_1", PROMPT})
_STYLES: Mapping[str, str] = {
    "heading": "heading_3",
    "item": "bulleted_list_item",
    "quote": "quote",
}
_PREFIXES: Mapping[str, str] = {
    "bulleted_list_item": "- ",
    "numbered_list_item": "1. ",
    "quote": "> ",
    "heading_3": "### ",
    "heading_4": "#### ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSection:
    """A prompt, and the blocks that stand under it. Blocks are as Notion lists them."""

    heading: Json
    blocks: tuple[Json, ...]

    @property
    def prompt(self) -> str:
        """Return the prompt as it reads."""
        content = self.heading.get(str(self.heading["type"])) or {}
        return fit_prompt(plain(content.get("rich_text")))


def fit_answers(answers: Iterable[tuple[str, str]]) -> Pairs:
    """Return what a page holds of answers: so many, without blanks at the ends of each."""
    fits = tuple((fit_prompt(prompt), fit_answer(text)) for prompt, text in answers)
    return fits[:MOST_PROMPTS]


def fit_prompt(text: str) -> str:
    """Return a prompt as one line."""
    return fit_text(" ".join(text.split()))


def fit_answer(text: str) -> str:
    """Return an answer without blanks at the ends of its lines and of itself."""
    return "\n".join(line.rstrip() for line in fit_text(text).splitlines()).strip()


def children_of(body: Pairs, answers: Pairs) -> list[Json]:
    """Return the blocks of a new page: what it begins with, then each prompt and answer.

    They go in the one request that makes the page, so that it is never there by half: what
    is too much for that stands in one last paragraph.
    """
    asked = [part for pair in fit_answers(answers) for part in asked_of(pair)]
    return [*_beginning(body, MOST_BLOCKS - len(asked)), *asked]


def asked_of(pair: tuple[str, str]) -> list[Json]:
    """Return the blocks of a prompt and its answer."""
    return [block(PROMPT, pair[0]), block("paragraph", pair[1])]


def _beginning(body: Pairs, most: int) -> list[Json]:
    fits = body if len(body) <= most else body[: most - 1]
    blocks = [block(_STYLES.get(style, "paragraph"), text) for style, text in fits]
    rest = [text for _, text in body[len(fits) :]]
    return [*blocks, block("paragraph", "\n".join(rest))] if rest else blocks


def block(kind: str, text: str) -> Json:
    """Return a block to send."""
    return {"object": "block", "type": kind, kind: {"rich_text": runs_of(text)}}


def sections(blocks: Sequence[Json]) -> list[PromptSection]:
    """Return a page's prompts, with what stands under each, in order."""
    there: list[PromptSection] = []
    heading: Json | None = None
    under: list[Json] = []
    for part in [*blocks, {"type": PROMPT}]:
        if part.get("type") in _PROMPTS:
            if heading is not None:
                there.append(PromptSection(heading=heading, blocks=tuple(under)))
            heading, under = part, []
        else:
            under.append(part)
    return there


def text_of(lines: Iterable[str]) -> str:
    """Return an answer from the lines that stand under its prompt."""
    return fit_answer("\n".join(lines))


def lines_of(part: Json) -> list[str]:
    """Return the lines that a block shows by itself, without what is nested in it."""
    kind = str(part.get("type"))
    content = part.get(kind)
    if not isinstance(content, Mapping) or not isinstance(content.get("rich_text"), list):
        return []
    first, *rest = plain(content["rich_text"]).split("\n")
    return [f"{_prefix(kind, content)}{first}", *rest]


def _prefix(kind: str, content: Mapping[str, Any]) -> str:
    if kind == "to_do":
        return "[x] " if content.get("checked") else "[ ] "
    return _PREFIXES.get(kind, "")
