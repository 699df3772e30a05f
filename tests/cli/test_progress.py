"""How long a long sync takes is said, and said again as it shrinks."""

from syncd.cli.sync import Estimate
from syncd.connect.network import RateLimit
from syncd.model.ids import ToolName

NOTION, GOOGLE = ToolName("notion"), ToolName("google")


def told(*waiting: int, rate_limit: RateLimit | None = None) -> list[str]:
    said: list[str] = []
    pages = rate_limit or RateLimit(requests=180, seconds=60, items="pages")
    estimate = Estimate({NOTION: "Notion"}, lambda _: pages, lambda _: 0.0, said.append)
    for left in waiting:
        estimate.look(NOTION, left)
    return said


def test_a_long_sync_says_how_long_it_takes() -> None:
    assert told(540) == ["Notion takes 180 pages a minute: about 3 minutes left."]


def test_it_is_said_again_when_a_minute_is_over_and_no_oftener() -> None:
    assert told(540, 539, 500, 420, 360, 350, 190, 170, 3, 0) == [
        "Notion takes 180 pages a minute: about 3 minutes left.",
        "Notion takes 180 pages a minute: about 2 minutes left.",
        "Notion takes 180 pages a minute: about 1 minute left.",
    ]


def test_what_takes_less_than_a_minute_is_done_without_a_word() -> None:
    assert told(179, 20, 0) == []


def test_what_grows_meanwhile_is_not_said_over_and_over() -> None:
    assert len(told(540, 400, 560, 400, 560)) == 2


def test_a_tool_whose_service_tells_no_allowance_is_not_guessed_at() -> None:
    said: list[str] = []
    estimate = Estimate({GOOGLE: "Google"}, lambda _: None, lambda _: 0.0, said.append)
    estimate.look(GOOGLE, 10**6)
    assert said == []


def test_each_longer_pause_is_said_once() -> None:
    said: list[str] = []
    pauses = iter([0.0, 55.0, 40.0, 3.0, 0.0, 4.0, 0.0, 61.0, 60.0])
    estimate = Estimate({NOTION: "Notion"}, lambda _: None, lambda _: next(pauses), said.append)
    for _ in range(9):
        estimate.look(NOTION, 5)
    assert said == ["Notion goes on in 55 seconds.", "Notion goes on in 61 seconds."]
