"""Where a secret is found, and where it never shows."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import BaseModel

from syncd.errors import Mistake, NoSecret
from syncd.redaction import HIDDEN, Redactor
from syncd.settings.credentials import Credentials, Filled, Runner, open_files


def _fill(table: dict[str, object], credentials: Credentials | None = None) -> Filled:
    return (credentials or Credentials({})).fill("connectors.notion", table, {"token"})


def _file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_secret_may_stand_in_the_settings() -> None:
    assert _fill({"token": "inline-1"}).table == {"token": "inline-1"}


def test_a_secret_in_a_file_is_its_first_line(tmp_path: Path) -> None:
    file = _file(tmp_path / "token", "from-file\nbought in May\n")
    filled = _fill({"token_file": str(file), "parent_page": "p"})
    assert filled.table == {"token": "from-file", "parent_page": "p"}
    assert filled.values == {"from-file"}
    assert filled.warnings == ()


def test_a_relative_file_is_looked_for_beside_the_settings(tmp_path: Path) -> None:
    _file(tmp_path / "token", "beside")
    filled = _fill({"token_file": "token"}, Credentials({}, tmp_path / "syncd.toml"))
    assert filled.table == {"token": "beside"}


def test_a_command_prints_a_secret() -> None:
    assert _fill({"token_command": "printf 'printed\\n'"}).table == {"token": "printed"}


def test_a_command_may_be_given_word_by_word() -> None:
    words: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> str:
        words.append(command)
        return "told\n"

    _fill({"token_command": ["pass", "show", "my notion"]}, Credentials({}, run=run))
    assert words == [["pass", "show", "my notion"]]


def test_a_command_never_meets_a_shell() -> None:
    assert _fill({"token_command": "echo $(id)"}).table == {"token": "$(id)"}


def test_systemd_wins_over_file_over_command_over_value(tmp_path: Path) -> None:
    file = _file(tmp_path / "token", "file")
    table: dict[str, object] = {
        "token": "value",
        "token_command": "echo command",
        "token_file": str(file),
    }
    given = {"CREDENTIALS_DIRECTORY": str(tmp_path / "given")}
    (tmp_path / "given").mkdir()
    assert _fill(table, Credentials(given)).table == {"token": "file"}
    _file(tmp_path / "given" / "connectors.notion.token", "systemd")
    assert _fill(table, Credentials(given)).table == {"token": "systemd"}
    del table["token_file"]
    assert _fill(table).table == {"token": "command"}


def test_a_secret_that_nobody_gives_is_left_out() -> None:
    assert _fill({"parent_page": "p"}) == Filled(
        table={"parent_page": "p"}, values=frozenset(), warnings=()
    )


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("false", "ended with status 1: run it by hand"),
        ("no-such-command-here", "can't be run: run it by hand"),
        ("echo 'open quote", "can't be run: run it by hand"),
        ("true", "gives nothing: put the secret on its first line."),
    ],
)
def test_a_command_that_gives_no_secret_is_a_mistake(command: str, said: str) -> None:
    with pytest.raises(Mistake, match=r"`connectors\.notion\.token_command` names") as caught:
        _fill({"token_command": command})
    assert said in str(caught.value)


def test_a_command_that_never_ends_is_given_up() -> None:
    def run(command: Sequence[str]) -> str:
        raise subprocess.TimeoutExpired(command, 30)

    with pytest.raises(Mistake, match="took longer than 30 seconds"):
        _fill({"token_command": "pass"}, Credentials({}, run=run))


def test_a_command_ends_soon_after_nobody_wants_its_secret_any_more() -> None:
    asked = Credentials({}, run=Runner(stopping=lambda: True))
    before = time.monotonic()
    with pytest.raises(NoSecret, match="token_command"):
        _fill({"token_command": "sleep 60"}, asked)
    assert time.monotonic() - before < 5


@pytest.mark.parametrize(
    "way", [{"token_command": "false"}, {"token_file": "/nowhere"}], ids=str
)
def test_a_secret_that_cannot_be_fetched_is_told_from_settings_that_are_wrong(
    way: dict[str, object],
) -> None:
    with pytest.raises(NoSecret):
        _fill(way)


def test_what_is_to_come_is_known_without_fetching_it() -> None:
    def run(command: Sequence[str]) -> str:
        raise AssertionError(command)

    table = {"token_command": "pass", "project": "x"}
    later = Credentials({}, run=run).to_come("connectors.x", table, {"token"})
    assert later == {"token"}


def test_two_ways_to_one_secret_are_a_mistake() -> None:
    table = {"token_command": "pass", "token": "x"}
    with pytest.raises(Mistake, match="remove all but one") as caught:
        Credentials({}).to_come("connectors.x", table, {"token"})
    assert not isinstance(caught.value, NoSecret)


def test_a_missing_file_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"gone that `connectors.notion.token_file` names can't"):
        _fill({"token_file": str(tmp_path / "gone")})


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe\x00"])
def test_a_file_without_a_secret_is_a_mistake(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(Mistake):
        _fill({"token_file": str(tmp_path / "token")})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_touch_works_with_a_warning(tmp_path: Path, mode: int) -> None:
    file = _file(tmp_path / "token", "seen-by-many", mode)
    filled = _fill({"token_file": str(file)})
    assert filled.table == {"token": "seen-by-many"}
    assert filled.warnings == (
        f"Others on this machine may read the secret in {file}: run `chmod 600 {file}`.",
    )


def test_settings_with_a_secret_that_others_may_read_are_told(tmp_path: Path) -> None:
    file = _file(tmp_path / "syncd.toml", "token = 'inline-1'", 0o644)
    credentials = Credentials({}, file)
    assert len(_fill({"token": "inline-1"}, credentials).warnings) == 1
    assert _fill({"token": "from-the-environment"}, credentials).warnings == ()
    file.chmod(0o600)
    assert _fill({"token": "inline-1"}, credentials).warnings == ()


class Own(BaseModel):
    """What a connector might want to be told."""

    token_file: Path | None = None
    client_secrets_file: Path | None = None
    parent_page: str = "page_file"
    template: Path | None = None


@pytest.mark.parametrize("name", ["token_file", "client_secrets_file"])
def test_a_secret_file_of_a_connectors_own_that_others_may_touch_is_told(
    tmp_path: Path, name: str
) -> None:
    file = _file(tmp_path / "my secret.json", "{}", 0o640)
    (told,) = open_files(Own.model_validate({name: file}))
    assert told.endswith(f"the secret in {file}: run `chmod 600 '{file}'`.")
    file.chmod(0o600)
    assert list(open_files(Own.model_validate({name: file}))) == []


def test_what_is_no_secret_file_or_not_there_is_not_told(tmp_path: Path) -> None:
    file = _file(tmp_path / "template", "", 0o644)
    assert list(open_files(Own(template=file, token_file=tmp_path / "gone"))) == []


@pytest.mark.parametrize("key", ["token", "Authorization", "mail_password", "client_secret"])
def test_a_secret_is_hidden_by_its_key(key: str) -> None:
    assert Redactor()(None, "info", {key: "s3"}) == {key: HIDDEN}


@pytest.mark.parametrize("key", ["title", "notes", "description", "email", "answers"])
def test_personal_text_is_hidden_by_its_key(key: str) -> None:
    assert Redactor()(None, "info", {key: "Become a judge"}) == {key: HIDDEN}


@pytest.mark.parametrize("key", ["token_file", "token_uri", "tool", "seconds"])
def test_what_is_no_secret_stays(key: str) -> None:
    assert Redactor()(None, "info", {key: "x"}) == {key: "x"}


def test_a_secret_is_hidden_wherever_its_value_turns_up() -> None:
    redact = Redactor(["hunter-hunter-2", "hunter"])
    event = {
        "event": "asked /v1?key=hunter-hunter-2",
        "error": ValueError("hunter-hunter-2 refused"),
        "headers": {"x": ["hunter"], "Authorization": "Bearer other"},
        "sent": "Authorization: Bearer abc.def",
        "count": 2,
    }
    assert redact(None, "info", event) == {
        "event": f"asked /v1?key={HIDDEN}",
        "error": f"{HIDDEN} refused",
        "headers": {"x": [HIDDEN], "Authorization": HIDDEN},
        "sent": f"Authorization: Bearer {HIDDEN}",
        "count": 2,
    }


def test_a_very_short_secret_does_not_eat_plain_words() -> None:
    assert Redactor(["a"])(None, "info", {"event": "a cat"}) == {"event": "a cat"}
