"""A file, the environment over it, and what neither says."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from syncd.connect.registry import connectors
from syncd.errors import Mistake
from syncd.settings.plugins import own_settings
from syncd.settings.schema import Settings, load, make_state_dir
from syncd.settings.sources import machine_zone

Read = Callable[..., Settings]
Complaint = Callable[..., str]
TASKS = "01234567-89ab-cdef-0123-456789abcdef"
GOALS = "11234567-89ab-cdef-0123-456789abcdef"


def _own(settings: Settings, name: str) -> Any:
    """Return a connector's own settings."""
    return own_settings(connectors().require(name), settings.given, {})


def test_a_setting_is_read_from_the_file(read: Read) -> None:
    assert read("[schedule]\ndaily_minutes = 90").schedule.daily_minutes == 90


def test_what_nobody_sets_has_a_default(read: Read, tmp_path: Path) -> None:
    settings = read("")
    assert settings.daemon.poll_seconds == 60
    assert settings.state_dir == tmp_path / "state" / "syncd"
    assert settings.connectors == {}


def test_a_variable_wins_over_the_file(read: Read) -> None:
    settings = read("[daemon]\npoll_seconds = 90", SYNCD_DAEMON__POLL_SECONDS="120")
    assert settings.daemon.poll_seconds == 120


def test_a_variable_beside_the_files_settings_leaves_them_alone(read: Read) -> None:
    settings = read("[schedule]\nmin_block = 25", SYNCD_SCHEDULE__MAX_BLOCK="50")
    assert (settings.schedule.min_block, settings.schedule.max_block) == (25, 50)


def test_variables_alone_are_enough(environ: Mapping[str, str]) -> None:
    token = {"SYNCD_CONNECTORS__TODOIST__TOKEN": "0123456789"}
    settings = load(None, {**environ, **token})
    assert _own(settings, "todoist").token.get_secret_value() == "0123456789"
    assert settings.connectors["todoist"].enabled


@pytest.mark.parametrize("text", ["5e12", "123", "true", "null", "[1]", '{"a": 1}', "1,2"])
def test_a_token_in_a_variable_stays_a_text(read: Read, text: str) -> None:
    settings = read(SYNCD_CONNECTORS__TODOIST__TOKEN=text, SYNCD_MAIL__PASSWORD=text)
    assert _own(settings, "todoist").token.get_secret_value() == text
    assert settings.mail.password is not None
    assert settings.mail.password.get_secret_value() == text


def test_only_the_environment_that_is_passed_in_is_read(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SYNCD_SCHEDULE__BUFFER", "SCHEDULE", "MAIL", "STATE_DIR"):
        monkeypatch.setenv(name, "7")
    assert read("").schedule.buffer == 10


def test_what_has_no_effect_any_more_is_told_with_its_place(read: Read, tmp_path: Path) -> None:
    (sentence,) = read("[daemon]\ndashboard = '127.0.0.1:8484'").given.warnings
    assert sentence == (
        f"`daemon.dashboard` in {tmp_path / 'syncd.toml'} has no effect, as there is no"
        " dashboard yet: remove it."
    )
    (sentence,) = read(SYNCD_DAEMON__DASHBOARD="").given.warnings
    assert sentence.startswith(
        "`daemon.dashboard` (from SYNCD_DAEMON__DASHBOARD) has no effect"
    )
    assert read("[daemon]").given.warnings == ()


def test_variables_reach_tables_that_syncd_does_not_know(read: Read) -> None:
    settings = read(
        f"[connectors.notion]\ndatabases.tasks = '{TASKS}'",
        SYNCD_CONNECTORS__NOTION__DATABASES__GOALS=GOALS,
        SYNCD_CONNECTORS__NOTION__PROPERTIES__GOALS__DUE="Deadline",
    )
    own = _own(settings, "notion")
    assert own.databases == {"tasks": TASKS, "goals": GOALS}
    assert own.properties == {"goals": {"due": "Deadline"}}


@pytest.mark.parametrize(
    "text",
    ["ada@example.org, ben@example.org", '["ada@example.org", "ben@example.org"]'],
    ids=["commas", "json"],
)
def test_a_variable_can_hold_a_list(read: Read, text: str) -> None:
    settings = read(SYNCD_MAIL__RECIPIENTS=text)
    assert settings.mail.recipients == ("ada@example.org", "ben@example.org")


def test_hours_of_a_day_come_from_a_variable(read: Read) -> None:
    hours = read(SYNCD_SCHEDULE__HOURS__SUN="09:00-10:00,20:00-24:00").schedule.hours
    assert hours.sun == ("09:00-10:00", "20:00-24:00")
    assert hours.mon == ("18:00-21:00",)


def test_an_empty_variable_empties_a_list(read: Read) -> None:
    assert read(SYNCD_SCHEDULE__REST_DAYS="").schedule.rest_days == ()


def test_the_file_that_syncd_config_names_is_read(
    environ: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "other.toml").write_text("[schedule]\nbuffer = 5")
    settings = load(None, {**environ, "SYNCD_CONFIG": str(tmp_path / "other.toml")})
    assert settings.schedule.buffer == 5
    assert settings.file == tmp_path / "other.toml"


def test_a_file_named_on_the_command_line_wins_over_syncd_config(
    environ: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "one.toml").write_text("[schedule]\nbuffer = 1")
    settings = load(tmp_path / "one.toml", {**environ, "SYNCD_CONFIG": "/nowhere.toml"})
    assert settings.schedule.buffer == 1


def test_without_a_name_the_users_own_file_is_read(
    environ: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "config" / "syncd").mkdir(parents=True)
    (tmp_path / "config" / "syncd" / "syncd.toml").write_text("[schedule]\nbuffer = 7")
    assert load(None, environ).schedule.buffer == 7


def test_no_file_at_all_is_fine(environ: Mapping[str, str]) -> None:
    assert load(None, environ).schedule.buffer == 10


def test_a_named_file_that_is_missing_is_a_mistake(
    environ: Mapping[str, str], tmp_path: Path
) -> None:
    with pytest.raises(Mistake, match=r"gone\.toml can't be read \(No such file"):
        load(tmp_path / "gone.toml", environ)


def test_a_file_that_is_no_toml_is_told_with_its_line(complaint: Complaint) -> None:
    said = complaint("[daemon]\npoll_seconds 60\n")
    assert said.startswith("Line 2, column 14 of ")
    assert "syncd.toml is no TOML (" in said


def test_a_file_that_is_no_text_is_a_mistake(
    environ: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "latin.toml").write_bytes(b"[plan]\ntimezone = '\xe4'")
    with pytest.raises(Mistake, match="not UTF-8"):
        load(tmp_path / "latin.toml", environ)


def test_the_plans_zone_is_the_machines_unless_set(read: Read) -> None:
    assert read("").plan.timezone == "Europe/Berlin"
    assert read("[plan]\ntimezone = 'Asia/Tokyo'").plan.timezone == "Asia/Tokyo"


def test_the_machines_zone_is_what_localtime_points_to(tmp_path: Path) -> None:
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/America/New_York")
    assert machine_zone({}, tmp_path) == "America/New_York"


def test_a_machine_whose_localtime_is_a_copy_says_its_zone_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "localtime").write_bytes(b"TZif2")
    (tmp_path / "timezone").write_text("Africa/Nairobi\n")
    assert machine_zone({}, tmp_path) == "Africa/Nairobi"


@pytest.mark.parametrize("said", ["", "CET-1CEST,M3.5.0", "/etc/nonsense"])
def test_a_machine_that_names_no_zone_is_in_utc(tmp_path: Path, said: str) -> None:
    assert machine_zone({"TZ": said}, tmp_path) == "UTC"


def test_the_state_folder_is_its_owners_alone(read: Read, tmp_path: Path) -> None:
    made = make_state_dir(read(f"state_dir = '{tmp_path}/a/b'"))
    assert made.stat().st_mode & 0o777 == 0o700


def test_a_state_folder_that_cannot_be_made_is_a_mistake(read: Read, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match="set `state_dir` to a folder that you may write to"):
        make_state_dir(read(f"state_dir = '{tmp_path}/file/state'"))


def test_a_home_sign_in_the_state_folder_is_the_users_home(read: Read) -> None:
    assert read("state_dir = '~/plan'").state_dir == Path.home() / "plan"
