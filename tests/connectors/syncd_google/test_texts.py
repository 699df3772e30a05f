"""What a person says with the title of an event, and links in what they write below it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd_google import events

SUMMARIES = {
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


@pytest.mark.parametrize(("summary", "read"), SUMMARIES.values(), ids=SUMMARIES.keys())
def test_a_title_says_whether_it_is_done(summary: str, read: tuple[str, bool]) -> None:
    assert events.split_summary(summary) == read


def test_what_is_done_is_written_with_a_tick() -> None:
    assert events.join_summary("Learn SQL", done=True) == "✓ Learn SQL"
    assert events.join_summary("Learn SQL", done=False) == "Learn SQL"


@pytest.mark.parametrize("title", ["Done with part one", "✓ and ✗", "done: what I did"])
def test_a_title_that_begins_like_a_tick_is_not_done(title: str) -> None:
    written = events.join_summary(title, done=False)
    assert events.split_summary(written) == (title, False)
    assert written.replace(events.GUARD, "") == title
    assert events.split_summary(events.join_summary(title, done=True)) == (title, True)
    assert events.split_summary(f"✓ {written}") == (title, True)


@given(st.text() | st.from_regex(r"\s*(done|DONE|✓|✔)[\s:-]*.*", fullmatch=True), st.booleans())
def test_every_title_is_read_as_it_was_written(text: str, done: bool) -> None:
    title = events.clean_title(text)
    assert events.clean_title(title) == title
    assert events.split_summary(events.join_summary(title, done=done)) == (title, done)


NOTION, TODOIST = "https://www.notion.so/1", "https://app.todoist.com/app/task/2"
BOTH = {"Notion": NOTION, "Todoist": TODOIST}
LINES = f"Notion: {NOTION}\nTodoist: {TODOIST}"
NAMES = "Notion\nTodoist"

OURS = {
    "alone": LINES,
    "below-a-text": f"Bring the laptop.\n\n{LINES}",
    "above-a-text": f"{LINES}\n\nBring the laptop.",
    "around-a-text": f"Notion: {NOTION}\nBring the laptop.\nTodoist: {TODOIST}",
    "with-spaces": f"  Notion:  {NOTION}  \r\nTodoist: {TODOIST}\r\n",
    "of-the-calendars-editor": (
        f'Bring the laptop.<br><br>Notion: <a href="https://www.google.com/url?q=x">{NOTION}</a>'
        f"<br/>Todoist: <a>{TODOIST}</a>"
    ),
    "below-a-persons-own": f"Notion: https://example.org/mine\n\n{LINES}",
}


@pytest.mark.parametrize("description", OURS.values(), ids=OURS.keys())
def test_syncds_lines_are_found_wherever_they_stand(description: str) -> None:
    assert events.find_links(description, NAMES) == BOTH


def test_a_line_of_the_person_is_no_link_of_syncds() -> None:
    mine = f"Docs: https://example.org\n{LINES}"
    assert events.find_links(mine, NAMES) == BOTH
    assert events.find_links(mine, "") == {}
    assert events.place_links(mine, NAMES, {}) == "Docs: https://example.org"


PLACED = {
    "first": ("", "", BOTH, LINES),
    "below-a-text": ("My note", "", BOTH, f"My note\n\n{LINES}"),
    "the-same-again": (f"My note\n\n{LINES}", NAMES, BOTH, f"My note\n\n{LINES}"),
    "one-less": (
        f"My note\n\n{LINES}",
        NAMES,
        {"Notion": NOTION},
        f"My note\n\nNotion: {NOTION}",
    ),
    "none-left": (f"My note\n\n{LINES}", NAMES, {}, "My note"),
    "below-what-came-after": (
        f"{LINES}\n\nMy note\n- and more",
        NAMES,
        BOTH,
        f"My note\n- and more\n\n{LINES}",
    ),
    "a-persons-own-stays": (
        f"Notion: https://example.org/mine\n\n{LINES}",
        NAMES,
        {"Notion": "https://www.notion.so/2"},
        "Notion: https://example.org/mine\n\nNotion: https://www.notion.so/2",
    ),
    "in-html": (
        f"<b>Mine</b><br>Notion: <a>{NOTION}</a><br>Todoist: {TODOIST}<br>",
        NAMES,
        {"Notion": "https://www.notion.so/2"},
        "<b>Mine</b>\n\nNotion: https://www.notion.so/2",
    ),
}


@pytest.mark.parametrize("case", PLACED.values(), ids=PLACED.keys())
def test_what_the_person_wrote_stays(case: tuple[str, str, events.Links, str]) -> None:
    description, kept, wanted, expected = case
    assert events.place_links(description, kept, wanted) == expected
    assert events.find_links(expected, events.link_names(wanted)) == wanted


UNSAFE = [
    "Notion javascript:alert(1)",
    "Notion file:///etc/passwd",
    "Notion https://a\tb",
    'Notion https://a"onclick="x',
    "Notion https://<b>",
    "https://without.a.name",
    "<b>Notion</b> https://a",
    "No:tion https://a",
    "Notion",
    "",
]


@pytest.mark.parametrize("text", UNSAFE)
def test_what_is_no_safe_address_is_left_out(text: str) -> None:
    assert events.clean_links(text) == ""


def test_addresses_of_apps_are_kept() -> None:
    text = "syncd syncd:task/1\nMy tool http://127.0.0.1:9001/x?a=1&copy=2"
    assert events.clean_links(text) == text
    assert events.place_links("", "", events.parse_links(text)).endswith(
        "My tool: http://127.0.0.1:9001/x?a=1&copy=2"
    )
    assert events.find_links(
        events.place_links("", "", events.parse_links(text)), "syncd\nMy tool"
    ) == events.parse_links(text)


@pytest.mark.parametrize(
    "text",
    ["<" * 300_000, "a" + " " * 300_000 + "a", "a" + "<br>" * 75_000 + "a", "x\n" * 150_000],
    ids=["signs", "blanks", "breaks", "lines"],
)
def test_a_long_description_takes_no_longer_than_it_is_long(text: str) -> None:
    began = time.process_time()
    ours = f"Notion: https://a.example/b\n{text}"
    assert events.find_links(ours, "Notion") == {"Notion": "https://a.example/b"}
    events.place_links(ours, "Notion", {"Notion": "https://c.example/d"})
    assert time.process_time() - began < 5
