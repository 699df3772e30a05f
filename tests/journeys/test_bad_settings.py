"""A mistake in the settings or in a plan file gets a sentence, and harms nothing."""

import pytest

from syncd.model.entities import Kind
from tests.journeys.homes import Home, only_sentence
from tests.journeys.inside import Done

SETTINGS = {
    "a wrong type": ("", "[daemon]\npoll_seconds = 'often'", "`daemon.poll_seconds`"),
    "a value out of range": ("", "[daemon]\npoll_seconds = 1", "`daemon.poll_seconds`"),
    "an unknown key": ("", "[daemon]\npol_seconds = 60", "`daemon.poll_seconds`"),
    "an unknown table": ("", "[demon]\npoll_seconds = 60", "`daemon`"),
    "a connector's unknown key": ("project =", "projekt =", "`connectors.todoist.project`"),
    "a connector's wrong type": ('"Career plan"', "5", "`connectors.todoist.project`"),
    "a tool that nobody knows": ("", "[connectors.trello]\ntoken = 'x'", "notion, todoist"),
    "a zone that is nowhere": ("Europe/Berlin", "Europe/Berlinn", "Europe/Berlin"),
    "a slip of the pen": ("", "poll_seconds = = 3", "correct it"),
}


@pytest.mark.parametrize(("old", "new", "hint"), SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("words", [("sync",), ("run",), ("status",)], ids=lambda it: it[0])
def test_a_mistake_in_the_settings_is_told_and_nothing_is_touched(
    home: Home, words: tuple[str], old: str, new: str, hint: str
) -> None:
    right = home.config.read_text("utf-8")
    wrong = right.replace(old, new) if old else f"{right}\n{new}\n"
    assert wrong != right
    home.config.write_text(wrong, "utf-8")
    done = home.syncd(*words)
    assert done.status == 2
    assert done.out == ""
    sentence = only_sentence(done.err)
    assert hint in sentence
    assert "syncd.toml" in sentence or "trello" in sentence
    assert all(one.log == [] for one in home.served.values())


def test_all_mistakes_in_the_settings_are_told_at_once(home: Home) -> None:
    right = home.config.read_text("utf-8")
    home.config.write_text(f"{right}\n[daemon]\npoll_seconds = 1\ndashbord = ''\n", "utf-8")
    done = home.syncd("sync")
    assert done.status == 2
    assert len(done.err.splitlines()) == 2


def test_settings_that_are_not_there_are_told_with_how_to_begin(home: Home) -> None:
    home.config.unlink()
    done = home.syncd("sync")
    assert done.status == 2
    assert "config/syncd.example.toml" in only_sentence(done.err)


TOKENS = {
    "todoist": ("token", 4, "connectors.todoist.token"),
    "notion": ("token", 4, "connectors.notion.token"),
    "google": ("token_file", 1, "syncd auth google"),
}


@pytest.mark.parametrize("tool", TOKENS)
def test_a_tool_without_a_token_waits_and_the_others_go_on(synced: Home, tool: str) -> None:
    setting, status, hint = TOKENS[tool]
    synced.write_settings(**{tool: {setting: None}})
    synced.import_plan("goals: [{title: Learn to sail, status: active}]")
    report = synced.sync_badly(status)
    assert hint in only_sentence(report["problems"])
    others = report["tools"].keys() - {tool}
    assert {report["tools"][name]["state"] for name in others} == {"ok"}
    shown = [one for one in (synced.notion, synced.todoist) if one is not synced.person(tool)]
    assert all("Learn to sail" in one.titles(Kind.GOAL) for one in shown)

    synced.write_settings()
    synced.sync_and_rest()
    for one in (synced.notion, synced.todoist):
        assert sorted(one.titles(Kind.GOAL)) == ["Lead a team", "Learn to sail"]


GOOD = """
goals: [{title: Learn to sail, status: active, due: +100d}]
tasks: [{title: Buy a cap, goal: Learn to sail, priority: 3}]
"""
BAD = {
    "a wrong date": ("due: +100d", "due: Someday", "2026-12-01"),
    "a date in year 10000": ("due: +100d", "due: 10000-01-01", "2026-12-01"),
    "a day that is none": ("due: +100d", "due: 2027-02-30", "2026-12-01"),
    "an unknown key": ("due: +100d", "dew: +100d", "'due'"),
    "an unknown word": ("active", "activ", "active"),
    "a wrong type": ("priority: 3", "priority: [3]", "priority"),
    "a number out of range": ("priority: 3", "priority: 9", "1"),
    "a task of a goal that is not there": (
        "goal: Learn to sail",
        "goal: Learn to fly",
        "'Learn to fly'",
    ),
    "an unknown list": ("tasks:", "taks: []\ntasks:", "'tasks'"),
}


def import_text(home: Home, text: str) -> Done:
    path = home.place / "plan.yaml"
    path.write_text(text, "utf-8")
    return home.syncd("plan", "import", str(path))


@pytest.mark.parametrize(("old", "new", "hint"), BAD.values(), ids=BAD)
def test_a_mistake_in_a_plan_file_is_told_and_the_rest_is_taken_in(
    home: Home, old: str, new: str, hint: str
) -> None:
    assert old in GOOD
    done = import_text(home, GOOD.replace(old, new))
    assert done.status == 1
    first, *rest = done.err.splitlines()
    assert hint in only_sentence([first])
    left_out, *more = rest
    assert left_out.startswith("What has a mistake was left out: correct it")
    assert all("next sync" in line for line in more)
    home.sync()
    assert home.notion.titles(Kind.GOAL) == ["Learn to sail"]
    assert home.todoist.titles(Kind.TASK) == ["Buy a cap"]

    assert import_text(home, GOOD).status == 0, "mended, and imported again"
    home.sync_and_rest()
    goal, task = home.plan(Kind.GOAL), home.plan(Kind.TASK)
    assert list(goal) == ["Learn to sail"]
    assert goal["Learn to sail"]["due"]
    assert goal["Learn to sail"]["status"] == "active"
    assert task["Buy a cap"]["priority"] == 3
    assert home.todoist.shows(Kind.TASK, "Buy a cap")["goal"] == "Learn to sail"


def test_a_mistake_takes_no_good_value_away(home: Home) -> None:
    home.import_plan(GOOD)
    before = home.plan(Kind.GOAL)
    assert import_text(home, GOOD.replace("due: +100d", "due: Someday")).status == 1
    assert home.plan(Kind.GOAL) == before


FILES = {
    "no YAML": b"tasks: [\n",
    "a tab": b"tasks:\n\t- x\n",
    "no text": b"\xff\xfe\x00",
    "no map": b"- a\n- b\n",
    "nothing": b"",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_a_file_that_is_no_plan_is_told_and_changes_nothing(home: Home, content: bytes) -> None:
    home.import_plan(GOOD)
    before = home.syncd("plan", "export").out
    path = home.place / "other.yaml"
    path.write_bytes(content)
    done = home.syncd("plan", "import", str(path))
    assert done.status in (1, 2)
    only_sentence(done.err)
    assert home.syncd("plan", "export").out == before
