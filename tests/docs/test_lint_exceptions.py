"""Every exception from a rule of style or of types says, on its line, why it is one."""

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

_ASKS = re.compile(r"# (noqa|type: ignore)\b")
_SAYS_WHY = re.compile(
    r"# (?:noqa: [A-Z]+\d+(?:, [A-Z]+\d+)*|type: ignore\[[a-z-]+(?:, ?[a-z-]+)*\])"
    r"(?:  # | - |  )(?=.*[a-z]{2})(?!# )"
)
_PRODUCT = ("syncd", "connectors")


def exceptions(path: Path) -> Iterator[str]:
    """Yield the comments in a file that ask for an exception."""
    with path.open("rb") as file:
        for one in tokenize.tokenize(file.readline):
            if one.type == tokenize.COMMENT and _ASKS.search(one.string):
                yield one.string


def silent(comment: str) -> bool:
    """Say whether an exception gives no reason."""
    return not _SAYS_WHY.match(comment)


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa: S311", True),
        ("# noqa", True),
        ("# noqa: S311  # ", True),
        ("# type: ignore", True),
        ("# type: ignore[arg-type, misc]", True),
        ("# noqa: S311  # not a secret", False),
        ("# noqa: PLR0913 - all that it is made of", False),
        ("# type: ignore[union-attr]  # it waits", False),
    ],
)
def test_a_reason_is_told_from_none(comment: str, expected: bool) -> None:
    assert silent(comment) is expected


def test_every_lint_exception_says_why(root: Path) -> None:
    files = sorted(it for top in (*_PRODUCT, "tests") for it in (root / top).rglob("*.py"))
    found = [(path.relative_to(root), it) for path in files for it in exceptions(path)]
    assert found
    # Types are checked in the product alone.
    assert [
        f"{path}: {it}"
        for path, it in found
        if silent(it) and ("noqa" in it or path.parts[0] in _PRODUCT)
    ] == []
