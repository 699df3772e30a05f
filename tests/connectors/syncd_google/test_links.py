"""Links to a block's task in what its person writes into the description."""

import time

import pytest

from syncd_google import links

NOTION, TODOIST = "https://www.notion.so/1", "https://app.todoist.com/app/task/2"
BOTH = {"Notion": NOTION, "Todoist": TODOIST}
LINES = f"Notion: {NOTION}\nTodoist: {TODOIST}"
KEPT = "Notion\nTodoist"

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
    assert links.found(description, KEPT) == BOTH


def test_a_line_of_the_person_is_no_link_of_syncds() -> None:
    mine = f"Docs: https://example.org\n{LINES}"
    assert links.found(mine, KEPT) == BOTH
    assert links.found(mine, "") == {}
    assert links.placed(mine, KEPT, {}) == "Docs: https://example.org"


PLACED = {
    "first": ("", "", BOTH, LINES),
    "below-a-text": ("My note", "", BOTH, f"My note\n\n{LINES}"),
    "the-same-again": (f"My note\n\n{LINES}", KEPT, BOTH, f"My note\n\n{LINES}"),
    "one-less": (
        f"My note\n\n{LINES}",
        KEPT,
        {"Notion": NOTION},
        f"My note\n\nNotion: {NOTION}",
    ),
    "none-left": (f"My note\n\n{LINES}", KEPT, {}, "My note"),
    "below-what-came-after": (
        f"{LINES}\n\nMy note\n- and more",
        KEPT,
        BOTH,
        f"My note\n- and more\n\n{LINES}",
    ),
    "a-persons-own-stays": (
        f"Notion: https://example.org/mine\n\n{LINES}",
        KEPT,
        {"Notion": "https://www.notion.so/2"},
        "Notion: https://example.org/mine\n\nNotion: https://www.notion.so/2",
    ),
    "in-html": (
        f"<b>Mine</b><br>Notion: <a>{NOTION}</a><br>Todoist: {TODOIST}<br>",
        KEPT,
        {"Notion": "https://www.notion.so/2"},
        "<b>Mine</b>\n\nNotion: https://www.notion.so/2",
    ),
}


@pytest.mark.parametrize("case", PLACED.values(), ids=PLACED.keys())
def test_what_the_person_wrote_stays(case: tuple[str, str, links.Links, str]) -> None:
    description, kept, wanted, expected = case
    assert links.placed(description, kept, wanted) == expected
    assert links.found(expected, links.names(wanted)) == wanted


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
    assert links.clean(text) == ""


def test_addresses_of_apps_are_kept() -> None:
    text = "syncd syncd:task/1\nMy tool http://127.0.0.1:9001/x?a=1&copy=2"
    assert links.clean(text) == text
    assert links.placed("", "", links.of(text)).endswith(
        "My tool: http://127.0.0.1:9001/x?a=1&copy=2"
    )
    assert links.found(links.placed("", "", links.of(text)), "syncd\nMy tool") == links.of(text)


@pytest.mark.parametrize(
    "text",
    ["<" * 300_000, "a" + " " * 300_000 + "a", "a" + "<br>" * 75_000 + "a", "x\n" * 150_000],
    ids=["signs", "blanks", "breaks", "lines"],
)
def test_a_long_description_takes_no_longer_than_it_is_long(text: str) -> None:
    began = time.process_time()
    ours = f"Notion: https://a.example/b\n{text}"
    assert links.found(ours, "Notion") == {"Notion": "https://a.example/b"}
    links.placed(ours, "Notion", {"Notion": "https://c.example/d"})
    assert time.process_time() - began < 5
