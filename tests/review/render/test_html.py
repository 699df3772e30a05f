"""The HTML of a review keeps the rules of mail programs, and what people need to read it."""

import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

import syncd.review
from syncd.app import html_writer
from syncd.review.facts import Facts
from syncd.review.periods import SystemAction
from syncd.review.render.page import page

html = html_writer()
TEMPLATE = (Path(syncd.review.__file__).parent / "templates" / "review.html.j2").read_text()
INLINED, KEPT = re.findall(r"<style[^>]*>(.*?)</style>", TEMPLATE, re.DOTALL)


def rules(sheet: str) -> dict[str, str]:
    """Return the declarations of each selector of a style sheet, media queries left out."""
    declared: dict[str, str] = {}
    for selectors, declarations in re.findall(
        r"^([^@{}\n]+) \{ (.*?) \}$", sheet, re.MULTILINE
    ):
        for selector in selectors.split(", "):
            declared[selector] = declared.get(selector, "") + declarations
    return declared


LIGHT, DARK = rules(INLINED), rules(KEPT)
VOID = {"meta", "br"}
KNOWN = {
    "html", "head", "meta", "title", "style", "body", "main", "table", "thead", "tbody", "tr",
    "th", "td", "h1", "h2", "h3", "p", "span", "ul", "li", "code", "br", "blockquote", "div",
}  # fmt: skip


class Seen(HTMLParser):
    """Collects elements, their attributes and the texts; fails where tags do not pair."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)


@pytest.fixture
def written(told: Facts) -> str:
    return html(page(told))


def test_only_known_elements_are_there_and_they_pair(written: str) -> None:
    assert {tag for tag, _ in Seen(written).tags} <= KNOWN


def test_nothing_is_remote_and_nothing_runs(written: str) -> None:
    for tag, attributes in Seen(written).tags:
        assert set(attributes) <= {
            "style", "class", "role", "width", "align", "scope", "lang", "charset", "name",
            "content",
        }, tag  # fmt: skip
        assert "url(" not in (attributes.get("style") or "")
    assert "@import" not in written


def test_styles_are_on_the_elements_and_of_the_plain_kind(written: str) -> None:
    styled = [it for it in Seen(written).tags if it[1].get("style")]
    assert len(styled) > 20
    for _, attributes in styled:
        names = re.findall(r"(?:^|;)\s*([a-z-]+):", attributes["style"] or "")
        assert not {"display", "position", "float", "flex", "grid"} & set(names)
        assert "var(" not in (attributes["style"] or "")
    assert not re.search(r"flex|grid|var\(|--|position", INLINED)
    (sheet,) = re.findall(r"<style>(.*?)</style>", written, re.DOTALL)
    assert sheet == KEPT
    assert not re.search(r"flex|grid|var\(|--|position", sheet)


def test_each_element_has_the_styles_that_its_rule_has(written: str) -> None:
    tags = Seen(written).tags
    for element in ("body", "h1", "h2", "p", "ul", "li"):
        styles = {it.get("style") for tag, it in tags if tag == element and "class" not in it}
        assert len(styles) <= 1, element
    head = next(it for tag, it in tags if tag == "h1")
    assert head["style"] == "margin:0;font-size:24px;line-height:1.25;color:#111827"
    classes = {it["class"] for _, it in tags if "class" in it}
    assert classes <= {name[1:] for name in LIGHT | DARK if name.startswith(".")} | {"wide"}


def test_there_is_one_h1_and_no_level_is_left_out(written: str) -> None:
    levels = [int(tag[1]) for tag, _ in Seen(written).tags if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(late - early <= 1 for early, late in pairwise(levels))


def test_tables_are_either_layout_or_have_headers(written: str) -> None:
    tables = re.findall(r"<table(.*?)>(.*?)</table>", written, re.DOTALL)
    assert tables
    for attributes, inside in tables:
        if 'role="presentation"' in attributes:
            assert 'scope="' not in inside.rpartition("<table")[2]
        else:
            assert re.search(r'<th [^>]*scope="col"', inside)
            assert re.search(r'<th [^>]*scope="row"', inside)


def test_a_large_plan_fits_under_sixty_kilobytes(much: Facts) -> None:
    assert len(html(page(much)).encode()) < 60_000


def test_titles_of_ten_thousand_characters_do_not_make_it_larger(hostile: Facts) -> None:
    assert len(html(page(hostile)).encode()) < 60_000


def test_hostile_texts_are_shown_as_texts(hostile: Facts) -> None:
    seen = Seen(html(page(hostile)))
    assert Counter(tag for tag, _ in seen.tags)["h1"] == 1
    assert not set("".join(seen.texts)) & set("\u202e\u2066\u200f\x1b\x07\x00\u2028")


def test_a_template_in_a_title_is_not_filled_in(week: Facts) -> None:
    told = replace(
        week, setbacks=(), system_actions=(SystemAction(what="moved", sentence="{{ 7 * 7 }}"),)
    )
    assert "{{ 7 * 7 }}" in html(page(told))


def test_what_fills_in_templates_is_imported_only_to_make_a_mail() -> None:
    reading = "import sys, syncd.app, syncd.cli.status, syncd.cli.review, syncd.cli.mails"
    shown = "print(*{'jinja2', 'css_inline'} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", f"{reading}; {shown}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []


# Colours.


def _light(color: str) -> float:
    parts = [int(color[it : it + 2], 16) / 255 for it in (1, 3, 5)]
    linear = [it / 12.92 if it <= 0.03928 else ((it + 0.055) / 1.055) ** 2.4 for it in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def color_of(declarations: str, name: str = "color") -> str:
    """Return a colour in six digits, "" where none is set."""
    found = re.search(rf"(?:^|; ?){name}: (#\w{{6}})", declarations)
    return found[1] if found else ""


def test_every_text_has_contrast_in_the_light() -> None:
    colored = {name: it for name, it in LIGHT.items() if color_of(it)}
    assert len(colored) >= 14
    for name, declarations in colored.items():
        ground = color_of(declarations, "background") or "#ffffff"
        assert contrast(color_of(declarations), ground) >= 4.5, name


def test_every_text_that_has_a_color_has_one_with_contrast_in_the_dark() -> None:
    colored = {name for name, it in LIGHT.items() if color_of(it)}
    assert colored <= DARK.keys()
    for name in colored:
        ground = "#1f2937" if name == "code" else "#111827"
        assert contrast(color_of(DARK[name]), ground) >= 4.5, name


def test_bars_stand_out_from_their_ground() -> None:
    for sheet in (LIGHT, DARK):
        full, rest = (color_of(sheet[name], "background") for name in (".full", ".rest"))
        assert contrast(full, rest) >= 3
