"""The settings of Notion."""

import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from syncd_notion.settings import Addresses, NotionSettings, id_of

ID = "5e000000-0000-4000-8000-000000000001"
HEX = ID.replace("-", "")

ADDRESSES = [
    pytest.param(ID, id="id"),
    pytest.param(HEX, id="id-without-dashes"),
    pytest.param(HEX.upper(), id="capitals"),
    pytest.param(f"https://www.notion.so/{HEX}", id="bare"),
    pytest.param(f"https://www.notion.so/acme/Career-Plan-{HEX}", id="workspace"),
    pytest.param(f"https://www.notion.so/Career-Plan-{HEX}?pvs=4", id="query"),
    pytest.param(f"https://www.notion.so/Goals-{HEX}?v={'a' * 32}", id="view"),
    pytest.param(f"https://app.notion.com/p/Career-{HEX}", id="app"),
    pytest.param(f"https://www.notion.so/Dead-beef-{HEX}#{'b' * 32}", id="slug-like-hex"),
    pytest.param(f" https://www.notion.so/{HEX}/ ", id="spaces"),
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_page_is_named_by_its_id_or_any_of_its_addresses(text: str) -> None:
    assert id_of(text) == ID
    assert NotionSettings(parent_page=text).parent_page == ID


@pytest.mark.parametrize(
    "text", ["Career", "https://www.notion.so/Career", HEX[:-1], "?p=" + HEX]
)
def test_what_is_no_page_is_a_mistake(text: str) -> None:
    with pytest.raises(ValidationError, match="copy its link"):
        NotionSettings(parent_page=text)


@pytest.mark.parametrize("name", ["goals", "goal", "Goal", " goals "])
def test_a_kind_is_named_in_singular_or_plural(name: str) -> None:
    settings = NotionSettings(databases={name: HEX}, properties={name: {"due": "Deadline"}})
    assert settings.databases == {"goals": ID}
    assert settings.properties == {"goals": {"due": "Deadline"}}


WRONG = [
    pytest.param({"databases": {"blocks": HEX}}, "no kind that Notion holds", id="kind"),
    pytest.param({"properties": {"goals": {"dew": "Due"}}}, "no field of goals", id="field"),
    pytest.param({"properties": {"tasks": {"parent": "Up"}}}, "no field", id="not-carried"),
    pytest.param({"tokn": "x"}, "Extra inputs", id="unknown"),
]


@pytest.mark.parametrize(("raw", "said"), WRONG)
def test_a_setting_that_names_nothing_is_a_mistake(raw: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        NotionSettings(**raw)


def test_a_secret_is_not_shown() -> None:
    assert "ntn_" not in repr(NotionSettings.model_validate({"token": "ntn_secret"}))


def test_the_address_of_a_page_is_known_by_its_form() -> None:
    known = Addresses("http://127.0.0.1:9001")
    assert known.page(f"https://www.notion.so/Learn-SQL-{HEX}") == ID
    assert known.page(f"https://app.notion.com/p/Learn-SQL-{HEX}") == ID
    assert known.page(f"http://127.0.0.1:9001/Learn-SQL-{HEX}") == ID
    assert known.page(f"https://example.org/Learn-SQL-{HEX}") is None
    assert known.page(f"https://notnotion.so/Learn-SQL-{HEX}") is None
    assert known.page("https://www.notion.so/Learn-SQL") is None
    assert known.page(f"notion://www.notion.so/{HEX}") is None
    assert known.page("") is None


def test_the_entry_point_imports_no_client_library() -> None:
    code = (
        "import sys, syncd_notion.connector;"
        "print([it for it in ('notion_client', 'httpx') if it in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
