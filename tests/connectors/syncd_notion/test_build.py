"""Building the connector, and what it says when a setting is missing."""

import pytest

from syncd.connect.contract import Toolbox
from syncd.connect.network import Network, RateLimiter
from syncd.errors import Mistake
from syncd.model.entities import Kind
from syncd.testing.fake_clock import FakeClock
from syncd.testing.in_memory_connector import DictMemory
from syncd_notion.connector import PLUGIN
from syncd_notion.settings import NotionSettings

PAGE = "5e000000000040008000000000000001"


def toolbox() -> Toolbox:
    clock = FakeClock()
    return Toolbox(
        clock=clock,
        memory=DictMemory(),
        network=Network(limiter=RateLimiter(clock)),
        timezone="UTC",
        new_key=lambda: "k",
    )


def test_without_a_token_it_says_where_to_get_one() -> None:
    with pytest.raises(Mistake, match=r"notion\.so/developers.*connectors\.notion\.token"):
        PLUGIN.build(NotionSettings(parent_page=PAGE), toolbox())


@pytest.mark.parametrize("token", ["", "  "])
def test_an_empty_token_is_none(token: str) -> None:
    with pytest.raises(Mistake):
        PLUGIN.build(
            NotionSettings.model_validate({"token": token, "parent_page": PAGE}), toolbox()
        )


def test_without_a_page_it_says_what_to_share() -> None:
    with pytest.raises(Mistake, match=r"connectors\.notion\.parent_page"):
        PLUGIN.build(NotionSettings.model_validate({"token": "ntn_x"}), toolbox())


def test_it_carries_all_kinds_but_blocks_and_gives_addresses() -> None:
    settings = NotionSettings.model_validate({"token": "ntn_x", "parent_page": PAGE})
    made = PLUGIN.build(settings, toolbox())
    assert set(made.capabilities) == set(Kind) - {Kind.BLOCK}
    assert made.provides_urls
    assert made.keeps_marks
    assert made.edit_resolution.total_seconds() == 60
    assert made.batch_size == 1
    made.close()


def test_with_databases_of_ones_own_alone_it_carries_only_these() -> None:
    databases = {"tasks": PAGE, "goals": PAGE}
    settings = NotionSettings.model_validate({"token": "ntn_x", "databases": databases})
    made = PLUGIN.build(settings, toolbox())
    assert set(made.capabilities) == {Kind.TASK, Kind.GOAL}
    assert not made.can_hold(Kind.SKILL, {"title": "Analysis"})
    made.close()
