"""Texts as Notion's rich text, and what a page contains below its properties."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.text import line

RUN_UNITS = 2000
"""UTF-16 units that one run of text may have."""
MOST_RUNS = 100
MOST_OPTIONS = 100
MOST_MENTIONS = 25
"""Mentions that a reply shows of one text; what follows may be cut."""
URL_LENGTH = 2000
EMAIL_LENGTH = 200
OPTION_LENGTH = 100
_QUOTED = 61
"""Characters of a name that a sentence quotes, with the sign that it goes on."""


def split(text: str) -> list[str]:
    """Cut ``text`` into runs that Notion takes; beyond a hundred runs it is cut off."""
    data = text.replace("\x00", "").encode("utf-16-le", "replace")
    runs: list[str] = []
    start = 0
    while start < len(data) and len(runs) < MOST_RUNS:
        end = min(start + 2 * RUN_UNITS, len(data))
        if end < len(data) and 0xD8 <= data[end - 1] <= 0xDB:
            end -= 2  # never between the two halves of one character
        runs.append(data[start:end].decode("utf-16-le"))
        start = end
    return runs


def fit_text(text: str) -> str:
    """Return as much of ``text`` as one property holds."""
    return "".join(split(text))


def fit_line(text: str, length: int) -> str:
    """Return ``text`` as an address that is at most ``length`` long."""
    return fit_text(text.strip())[:length].strip()


def fit_option(text: str) -> str:
    """Return ``text`` as the name of an option, which may hold no comma."""
    words = fit_text(text).replace(",", " ").split()
    return " ".join(words)[:OPTION_LENGTH].strip()


def fit_options(names: Iterable[str]) -> frozenset[str]:
    """Return the names that one multi-select holds."""
    fitted = sorted({fit_option(name) for name in names} - {""})
    return frozenset(fitted[:MOST_OPTIONS])


def runs_of(text: str) -> list[dict[str, Any]]:
    """Return ``text`` as runs to send."""
    return [{"type": "text", "text": {"content": run}} for run in split(text)]


def plain(runs: Any) -> str:
    """Return the plain text of runs, however they are formatted; of what can be read."""
    if not isinstance(runs, list):
        return ""
    return mended("".join(_plain_run(run) or "" for run in runs))


def text_of(runs: Any) -> str | None:
    """Return the plain text of runs, or None where any of it can't be read."""
    if not isinstance(runs, list):
        return None
    shown: list[str] = []
    for run in runs:
        text = _plain_run(run)
        if text is None:
            return None
        shown.append(text)
    return mended("".join(shown))


def mended(text: str) -> str:
    """Return a text whose halves of characters are whole, or replaced."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _plain_run(run: Any) -> str | None:
    if not isinstance(run, Mapping):
        return None
    text = run.get("text")
    content = text.get("content") if isinstance(text, Mapping) else None
    shown = run.get("plain_text", content)
    return shown if isinstance(shown, str) else None


def mentions(runs: Any) -> int:
    """Return how many mentions a text has."""
    if not isinstance(runs, list):
        return 0
    return sum(isinstance(run, Mapping) and run.get("type") == "mention" for run in runs)


def quoted(text: object) -> str:
    """Return a name as a sentence quotes it: one line, not too long."""
    return line(str(text), _QUOTED)


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


def content_text(lines: Iterable[str]) -> str:
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
