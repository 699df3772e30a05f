"""Every `syncd WORD` in a message, a template, a unit, a setting or a document is a command."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.cli.app import COMMANDS, PLAN_COMMANDS, CommandEntry, loaded

ROOT = Path(__file__).parents[2]
WHERE = ("syncd", "connectors", "config", "docs", "systemd")
ALONE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Dockerfile", "Makefile")
TEXTS = {".md", ".toml", ".service", ".timer", ".html", ".j2", ".yaml", ".txt", ".json"}
GROUPS = {"plan": PLAN_COMMANDS}
_SPAN = re.compile(r"`(syncd [^`]*)`")
_UNIT = re.compile(r"^Exec\w+=(?:\S*/)?(syncd .*)$", re.MULTILINE)
_TYPED = re.compile(r"^ *\$? ?(syncd [a-z][^\n]*)$", re.MULTILINE)
_FENCE = re.compile(r"^ *```(?:sh|bash|console|shell)?\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_ENTRY = re.compile(r"^(?:ENTRYPOINT|CMD) \[(.*)\]$", re.MULTILINE)


def _files() -> Iterator[Path]:
    for name in WHERE:
        yield from sorted((ROOT / name).rglob("*"))
    yield from (ROOT / name for name in ALONE)


def _strings(source: str) -> Iterator[str]:
    """Yield what a module says: its strings that follow each other joined, as when run."""
    joined = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.STRING:
            body = re.sub(r"^\w*(\"\"\"|'''|\"|')(.*)\1$", r"\2", token.string, flags=re.DOTALL)
            joined += body
        elif token.type not in (tokenize.NL, tokenize.COMMENT) and joined:
            yield joined
            joined = ""


def _named(path: Path) -> Iterator[str]:
    """Yield the command lines that a file names."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        for said in _strings(text):
            yield from _SPAN.findall(said)
        return
    yield from _SPAN.findall(text)
    yield from _UNIT.findall(text)
    for block in _FENCE.findall(text):
        yield from _TYPED.findall(block)
    if path.name == "Dockerfile":
        words = " ".join(re.findall(r'"([^"]+)"', " ".join(_ENTRY.findall(text))))
        yield from re.findall(r"\bsyncd .*", words)


def _every() -> dict[str, list[str]]:
    """Return the command lines that are named, each with the files that name it."""
    found: dict[str, list[str]] = {}
    for path in _files():
        known = path.suffix in {".py", *TEXTS} or path.name in ALONE
        if path.is_file() and known and "__pycache__" not in path.parts:
            for line in _named(path):
                found.setdefault(" ".join(line.split()), []).append(str(path.relative_to(ROOT)))
    return found


EVERY = _every()


def _command(words: list[str]) -> tuple[str, CommandEntry] | None:
    """Return the command that words begin with; None where there is none."""
    table = COMMANDS
    if words[0] in GROUPS:
        table, words = GROUPS[words[0]], words[1:]
    entry = table.get(words[0]) if words else None
    return (words[0], entry) if entry is not None else None


def _words(line: str) -> list[str]:
    """Return the words of a command line, without options that stand before the command."""
    words = re.split(r"[|;#>&…]", line)[0].split()[1:]
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] == "--config" else words[1:]
    return words


@pytest.mark.parametrize("line", sorted(EVERY))
def test_a_command_that_is_named_exists(line: str) -> None:
    words = _words(line)
    first = words[0] if words else ""
    if not re.match(r"[a-z]", first) or words in (["plan"], ["plan", "..."]):
        return  # the program itself, a place-holder, or a group
    command = _command(words)
    assert command is not None, EVERY[line]
    options = {word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)}
    known = {name for it in loaded(*command).params for name in it.opts}
    assert options - known - {"--help", "--config", "--no-color"} == set(), EVERY[line]


def test_that_commands_are_named_at_all_is_seen() -> None:
    files = {name.split("/")[0] for names in EVERY.values() for name in names}
    assert {"syncd", "connectors", "docs", "systemd", "config", "README.md"} <= files
