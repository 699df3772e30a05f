"""What a connector says shows no secret, in an error, a problem or an outcome."""

from dataclasses import replace
from typing import Any

import pytest

from syncd.connect.contract import Busy
from syncd.connect.network import RateLimiter
from syncd.engine.tool import Tool, guarded
from syncd.errors import SkipItem, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId, ToolName
from syncd.model.remote import Binding, Pull, Remote
from syncd.redaction import HIDDEN, Secrets
from syncd.testing.fake_clock import FakeClock
from syncd.text import line

TOKEN = "ntn_0123456789"  # noqa: S105  # of nobody
SAID = f"It said: Bearer {TOKEN}\n\x1b[2J {TOKEN}"
TELLS = f"It said: Bearer {HIDDEN} [2J {HIDDEN}"
ITEM = Remote(id=RemoteId("1"), kind=Kind.TASK, fields={}, problems={"due": SAID})


class Indiscreet:
    """A connector, as a stranger may write it, that says all it knows."""

    name = "indiscreet"
    capabilities: Any = None
    edit_resolution = None
    provides_urls = keeps_marks = reads_busy = False
    batch_size = 1
    idempotent: frozenset[Any] = frozenset()
    raises = False

    def _said(self, found: Any) -> Any:
        if self.raises:
            raise TryLater(SAID, 7)
        return found

    def bind(self) -> Binding:
        return self._said(Binding(problems=(SAID,)))  # type: ignore[no-any-return]  # as above

    def pull(self, cursor: str | None) -> Pull:
        found = Pull(items=(ITEM,), unread={RemoteId("2"): SAID}, problems=(SAID,))
        return self._said(found)  # type: ignore[no-any-return]  # as above

    def read(self, *_: Any) -> Remote:
        return self._said(ITEM)  # type: ignore[no-any-return]  # as above

    def edited(self, *_: Any) -> list[Remote]:
        return self._said([ITEM])  # type: ignore[no-any-return]  # as above

    def find(self, _: Any) -> Remote:
        return self._said(ITEM)  # type: ignore[no-any-return]  # as above

    def busy(self, *_: Any) -> Busy:
        found = Busy(unreadable=(SAID,), problems=(SAID,))
        return self._said(found)  # type: ignore[no-any-return]  # as above

    def write(self, _: Any) -> list[Any]:
        return self._said([SkipItem(SAID), ITEM, None])  # type: ignore[no-any-return]  # as above


def tool(*, raises: bool) -> Any:
    connector: Any = Indiscreet()
    connector.raises = raises
    made = Tool(
        name=ToolName("indiscreet"),
        title="Indiscreet",
        connector=connector,
        limiter=RateLimiter(FakeClock()),
        secrets=Secrets([TOKEN]),
    )
    return guarded(made).connector


ASKS = ["bind", "pull", "read", "edited", "find", "busy", "write"]
NEEDS = {"bind": 0, "pull": 1, "find": 1, "write": 1}


@pytest.mark.parametrize("name", ASKS)
def test_an_error_shows_no_secret_and_keeps_its_wait(name: str) -> None:
    with pytest.raises(TryLater) as error:
        getattr(tool(raises=True), name)(*[None] * NEEDS.get(name, 2))
    assert str(error.value) == TELLS
    assert error.value.seconds == 7


@pytest.mark.parametrize("name", ASKS)
def test_nothing_that_is_handed_on_shows_a_secret(name: str) -> None:
    found = getattr(tool(raises=False), name)(*[None] * NEEDS.get(name, 2))
    assert TOKEN not in repr(found)
    assert HIDDEN in repr(found)


def test_what_has_no_problem_is_handed_on_as_it_is() -> None:
    plain = replace(ITEM, problems={})
    connector: Any = Indiscreet()
    connector.read = lambda *_: plain
    made = Tool(
        name=ToolName("x"), title="X", connector=connector, limiter=RateLimiter(FakeClock())
    )
    assert guarded(made).connector.read(Kind.TASK, plain.id) is plain


def test_a_text_that_no_service_holds_is_its_fields_problem() -> None:
    item = replace(ITEM, problems={}, fields={"title": "x" * 300_000, "notes": "short"})
    connector: Any = Indiscreet()
    connector.read = lambda *_: item
    made = Tool(
        name=ToolName("x"), title="X", connector=connector, limiter=RateLimiter(FakeClock())
    )
    found = guarded(made).connector.read(Kind.TASK, item.id)
    assert found.fields == {"notes": "short"}
    assert "shorten it" in found.problems["title"]


FORMS = [
    "a secret: {}",
    "https://x.example/?token={}",
    '{{"token": "{}"}}',
    "Basic {} and {}",
]


@pytest.mark.parametrize("secret", ["plain-token", 'of "quotes" & blanks', "größe/x+y=="])
@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_found_however_it_is_written(secret: str, form: str) -> None:
    import base64
    import json
    from urllib.parse import quote, quote_plus

    secrets = Secrets([secret])
    plain = base64.b64encode(secret.encode()).decode()
    for text in (
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        plain,
        plain.rstrip("="),
    ):
        assert text not in secrets.clear(form.format(text, text))


def test_a_word_that_is_part_of_every_text_is_not_looked_for() -> None:
    assert Secrets(["abc", ""]).clear("abc of abc") == "abc of abc"


def test_a_secret_is_hidden_before_words_are_cut() -> None:
    said = Secrets([TOKEN]).words("x" * 195 + TOKEN)
    assert "ntn" not in said
    assert len(said) <= 200


def test_a_line_is_one_line() -> None:
    assert line("a\r\nb\t\x00c\u2028d", 5) == "a b …"
