"""What a person says with the title of an event."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd_google import titles

SAID = {
    "tick": ("✓ Learn SQL", ("Learn SQL", True)),
    "tick-without-a-space": ("✓Learn SQL", ("Learn SQL", True)),
    "heavy-tick": ("✔ Learn SQL", ("Learn SQL", True)),
    "emoji-tick": ("✔️ Learn SQL", ("Learn SQL", True)),
    "word": ("done Learn SQL", ("Learn SQL", True)),
    "word-in-capitals": ("DONE: Learn SQL", ("Learn SQL", True)),
    "word-and-dash": ("Done - Learn SQL", ("Learn SQL", True)),
    "word-and-long-dash": ("Done — Learn SQL", ("Learn SQL", True)),
    "two-ticks": ("✓ done: Learn SQL", ("Learn SQL", True)),
    "space-before": ("  ✓ Learn SQL", ("Learn SQL", True)),
    "no-tick": ("Learn SQL", ("Learn SQL", False)),
    "tick-at-the-end": ("Learn SQL ✓", ("Learn SQL ✓", False)),
    "another-word": ("Donegal trip", ("Donegal trip", False)),
    "the-word-alone": ("Done", ("Done", False)),
    "tick-alone": ("✓", ("", True)),
    "nothing": ("", ("", False)),
}


@pytest.mark.parametrize(("summary", "read"), SAID.values(), ids=SAID.keys())
def test_a_title_says_whether_it_is_done(summary: str, read: tuple[str, bool]) -> None:
    assert titles.split(summary) == read


def test_what_is_done_is_written_with_a_tick() -> None:
    assert titles.join("Learn SQL", done=True) == "✓ Learn SQL"
    assert titles.join("Learn SQL", done=False) == "Learn SQL"


@pytest.mark.parametrize("title", ["Done with part one", "✓ and ✗", "done: what I did"])
def test_a_title_that_begins_like_a_tick_is_not_done(title: str) -> None:
    written = titles.join(title, done=False)
    assert titles.split(written) == (title, False)
    assert written.replace(titles.GUARD, "") == title
    assert titles.split(titles.join(title, done=True)) == (title, True)
    assert titles.split(f"✓ {written}") == (title, True)


@given(st.text() | st.from_regex(r"\s*(done|DONE|✓|✔)[\s:-]*.*", fullmatch=True), st.booleans())
def test_every_title_is_read_as_it_was_written(text: str, done: bool) -> None:
    title = titles.clean(text)
    assert titles.clean(title) == title
    assert titles.split(titles.join(title, done=done)) == (title, done)
