"""What syncd says about settings that are wrong: a sentence each, and what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from syncd.errors import Mistake
from syncd.settings.plugins import own_settings, secret_ways
from syncd.settings.schema import Settings, load
from syncd.settings.sources import Given

Read = Callable[..., Settings]
Complaint = Callable[..., str]


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[schedule]\nmin_blok = 30", "did you mean `schedule.min_block`? Rename it."),
        ("[shedule]\nbuffer = 5", "did you mean `schedule`? Rename it."),
        ("timezone = 'UTC'", "it belongs in `plan.timezone`; move it there."),
        ("[plan]\nqqq = 1", "remove it, or use one of timezone."),
    ],
    ids=["misspelt", "table misspelt", "in the wrong place", "like nothing"],
)
def test_an_unknown_setting_is_told_with_the_nearest(
    complaint: Complaint, toml: str, said: str
) -> None:
    assert complaint(toml).endswith(f"syncd.toml is no setting of syncd: {said}")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[schedule]\nbuffer = 'x'", 'is "x", but must be a whole number: correct it.'),
        ("[schedule]\nbuffer = 1.5", "is 1.5, but must be a whole number: correct it."),
        ("[schedule]\nbuffer = -1", "is -1, but must be 0 or more: correct it."),
        ("[schedule]\nbuffer = 999", "is 999, but must be 240 or less: correct it."),
        ("[schedule]\nassume_done = 'x'", 'is "x", but must be true or false: correct it.'),
        ("[plan]\ntimezone = 7", "is 7, but must be a text in quotes: correct it."),
        ("plan = 'UTC'", 'is "UTC", but must be a table of its own: correct it.'),
        ("connectors.notion = 1", "is 1, but must be a table of its own: correct it."),
        (
            "[mail]\nsecurity = 'ssl'",
            "is \"ssl\", but must be 'starttls', 'tls' or 'none': correct it.",
        ),
        (
            "[plan]\ntimezone = 'Europe/Berln'",
            'is "Europe/Berln": no time zone has that name; did you mean Europe/Berlin.',
        ),
        ("[schedule.hours]\nmon = ['6-9']", 'is "6-9": write hours as 18:00-21:00.'),
        (
            "[schedule.hours]\nmon = ['21:00-18:00']",
            'is "21:00-18:00": the hours end before they begin; split them at 24:00.',
        ),
        ("[mail]\nrecipients = ['ada']", "write an e-mail address, such as ada@example.org."),
        ("[schedule]\nrest_days = ['friday']", "write a weekday (sun) or a date (2027-12-24)."),
        ("[review]\nweekly = 'monday'", 'such as "mon 07:00", or "off".'),
        ("[review]\nquarterly = 'day 31 07:00'", 'such as "day 1 07:00", or "off".'),
        ("[review]\nannual = 'feb 29 07:00'", 'such as "jan 2 07:00", or "off".'),
        (
            "[schedule]\nmin_block = 90\nmax_block = 60",
            "is a table: min_block is longer than max_block; make one of them fit.",
        ),
    ],
)
def test_a_wrong_value_is_told_with_what_it_must_be(
    complaint: Complaint, toml: str, said: str
) -> None:
    assert complaint(toml).endswith(said)


def test_every_mistake_has_its_line(complaint: Complaint) -> None:
    lines = complaint("x = 1\n[daemon]\npoll_seconds = 1\n[mail]\nport = 'a'").splitlines()
    assert [line.split("`")[1] for line in lines] == ["mail.port", "daemon.poll_seconds", "x"]


def test_nothing_of_the_library_that_checks_is_heard(complaint: Complaint) -> None:
    said = complaint("x = 1\n[daemon]\npoll_seconds = 1\n[mail]\nport = 'a'").lower()
    assert not {"pydantic", "input", "validation", "extra", "type=", "http"} & set(said.split())


def test_a_mistake_names_the_variable_it_came_from(complaint: Complaint) -> None:
    said = complaint(SYNCD_SCHEDULE__BUFFER="ten")
    assert said.startswith('`schedule.buffer` (from SYNCD_SCHEDULE__BUFFER) is "ten", but')


def test_an_unknown_variable_is_a_mistake(complaint: Complaint) -> None:
    said = complaint(SYNCD_SCHEDULE__BUFER="5")
    assert said.startswith("`schedule.bufer` (from SYNCD_SCHEDULE__BUFER) is no setting")


@pytest.mark.parametrize("turn", [1, -1], ids=["in order", "in reverse order"])
def test_a_variable_inside_another_is_a_mistake(complaint: Complaint, turn: int) -> None:
    variables = {"SYNCD_PLAN": "x", "SYNCD_PLAN__TIMEZONE": "UTC"}
    said = complaint(**dict(list(variables.items())[::turn]))
    assert said.startswith("SYNCD_PLAN__TIMEZONE goes into `plan`, which is set to a single")


def test_a_secret_of_the_wrong_form_is_not_repeated(complaint: Complaint) -> None:
    said = complaint("[mail]\npassword = 12345678")
    assert "12345678" not in said
    assert "`mail.password`" in said


def test_secrets_do_not_show_when_settings_are_printed(read: Read) -> None:
    settings = read("[mail]\npassword = 'hunter22'\n[connectors.x]\ntoken = 'hunter33'")
    assert "hunter" not in repr(settings)


class Own(BaseModel):
    """What a connector might want to be told."""

    model_config = ConfigDict(extra="forbid")
    token: str
    count: int = 1
    busy: tuple[str, ...] = ()
    mode: Literal["a", "b"] = "a"
    page: str | list[str] = ""
    databases: dict[str, str] = Field(default_factory=dict)

    @field_validator("mode", mode="before")
    @classmethod
    def _lower(cls, mode: str) -> str:
        if mode == "bad":
            raise ValueError("bad is never right.")
        return mode


@dataclass(frozen=True)
class Tool:
    """What settings are read for."""

    name: str = "notion"
    settings: type[BaseModel] = Own
    secrets: frozenset[str] = frozenset({"token"})


NOTION = Tool()


def _own(read: Read, toml: str, **variables: str) -> Own:
    given = read(toml, **variables).given
    own: Own = own_settings(NOTION, given, secret_ways(NOTION, given))
    return own


def test_a_connectors_own_settings_fit_its_model(read: Read) -> None:
    own = _own(
        read,
        "[connectors.notion]\nenabled = false\ntoken = 't'",
        SYNCD_CONNECTORS__NOTION__BUSY="one,two",
        SYNCD_CONNECTORS__NOTION__COUNT="3",
    )
    assert (own.token, own.count, own.busy) == ("t", 3, ("one", "two"))


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("tokn = 't'", "did you mean `connectors.notion.token`? Rename it."),
        ("token = 't'\non_delet = 'x'", "did you mean `connectors.notion.on_delete`? Rename"),
        ("token = 't'\ncount = 'x'", '`connectors.notion.count` in %s is "x", but must be a'),
        ("token = 't'\nmode = 'c'", "must be 'a' or 'b': correct it."),
        ("token = 't'\nmode = 'bad'", '.mode` in %s is "bad": bad is never right.'),
        ("token = 't'\npage = 5", "is 5, but must be a text in quotes or a list in square"),
        ("token = 't'\ndatabases.goals = 5", "`connectors.notion.databases.goals` in %s is 5"),
        ("", "`connectors.notion.token` is missing: add it to %s (or set SYNCD_CONNECTORS__"),
    ],
)
def test_a_connectors_own_mistakes_are_told_alike(
    read: Read, tmp_path: Path, toml: str, said: str
) -> None:
    with pytest.raises(Mistake) as caught:
        _own(read, f"[connectors.notion]\n{toml}\n")
    assert said.replace("%s", str(tmp_path / "syncd.toml")) in str(caught.value)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("on_delete = 'keep'", "must be 'archive' or 'forget'"),
        ("max_delete_share = 20", "must be 1 or less"),
        ("poll_seconds = 1", "must be 10 or more"),
        ("max_deletes = -1", "must be 0 or more"),
    ],
)
def test_what_all_connectors_share_is_checked_at_once(
    complaint: Complaint, toml: str, said: str
) -> None:
    assert said in complaint(f"[connectors.whatever]\n{toml}")


class OwnFile(BaseModel):
    """What a connector wants that reads the file of its token itself."""

    token: str = ""
    token_file: Path | None = None


def test_a_token_file_that_the_connector_reads_itself_is_its_own(read: Read) -> None:
    given = read("[connectors.notion]\ntoken_file = 'a.json'\ntoken_command = 'x'").given
    tool = Tool(settings=OwnFile)
    assert secret_ways(tool, given) == {"token_command": "x"}
    assert own_settings(tool, given, {}).token_file == Path("a.json")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("token_file = 5", "`connectors.notion.token_file` in %s is 5, but must be a text"),
        ("token_command = [5]", "`connectors.notion.token_command` in %s is a list, but must"),
    ],
)
def test_a_way_to_a_secret_that_is_no_text_is_told(
    read: Read, tmp_path: Path, toml: str, said: str
) -> None:
    given = read(f"[connectors.notion]\n{toml}").given
    with pytest.raises(Mistake) as caught:
        secret_ways(NOTION, given)
    assert str(caught.value).startswith(said.replace("%s", str(tmp_path / "syncd.toml")))


class Part(BaseModel):
    """A table in a connector's table."""

    model_config = ConfigDict(extra="forbid")
    size: int = 1


class OwnParts(BaseModel):
    """What a connector wants that has tables in its table."""

    part: Part | None = None
    parts: dict[str, Part] = Field(default_factory=dict)
    sizes: dict[str, dict[int, str]] = Field(default_factory=dict)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("part.size = 'x'", '`connectors.notion.part.size` in %s is "x", but must be a whole'),
        ("parts.a.size = 'x'", '`connectors.notion.parts.a.size` in %s is "x", but must be a'),
        ("parts.a.sise = 1", "did you mean `connectors.notion.parts.a.size`? Rename it."),
        ("sizes.a.b = 'x'", '`connectors.notion.sizes.a.b` in %s is "b", but must be a whole'),
    ],
)
def test_a_mistake_in_a_connectors_inner_table_names_it(
    read: Read, tmp_path: Path, toml: str, said: str
) -> None:
    with pytest.raises(Mistake) as caught:
        own_settings(Tool(settings=OwnParts), read(f"[connectors.notion]\n{toml}").given, {})
    assert said.replace("%s", str(tmp_path / "syncd.toml")) in str(caught.value)


@pytest.mark.parametrize("name", ["copy", "_x", "json", "my-tool", "model_config"])
def test_a_connector_may_have_any_name(read: Read, name: str) -> None:
    given = read(f"[connectors.{name}]\ntoken = 't'\ncount = 3").given
    assert own_settings(Tool(name=name), given, {}).count == 3


def test_settings_without_a_file_still_say_where_to_add_one() -> None:
    with pytest.raises(Mistake, match="is missing: add it to the settings"):
        own_settings(NOTION, Given(), {})


def test_a_mistake_in_the_environment_alone_names_no_file(environ: Mapping[str, str]) -> None:
    with pytest.raises(Mistake) as caught:
        load(None, {**environ, "SYNCD_DAEMON__POLL_SECONDS": "1"})
    assert "toml" not in str(caught.value)
