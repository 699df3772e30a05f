"""What the token file says is checked before anything is sent by it."""

import json
from pathlib import Path
from typing import Any

import pytest

from syncd.errors import SignIn
from syncd_google import tokens

GOOGLE = "https://www.googleapis.com"
SANDBOX = "http://127.0.0.1:8484"
SECRET = "1//hunter22"  # noqa: S105  # of nobody


def file(folder: Path, **changes: Any) -> Path:
    whole = {
        "token": "ya29.a0-b_c",
        "refresh_token": SECRET,
        "client_id": "1-x.apps.googleusercontent.com",
        "client_secret": "GOCSPX-x_y",
    }
    path = folder / "token.json"
    path.write_text(json.dumps(whole | changes))
    return path


HERE = ["http://localhost:1/token", "http://127.0.0.1:8484/token", "https://[::1]/token"]


@pytest.mark.parametrize(
    ("base_url", "uris"),
    [
        (GOOGLE, ["https://oauth2.googleapis.com/token", "https://googleapis.com/token"]),
        (GOOGLE, ["https://accounts.google.com/o/oauth2/token", "https://GOOGLE.com/x"]),
        (GOOGLE, [None, ""]),
        (SANDBOX, [*HERE, "https://oauth2.googleapis.com/token", None]),
        ("http://localhost", HERE),
        ("https://calendar.example.com", ["https://calendar.example.com:444/token?x=1"]),
        (None, [*HERE, "https://oauth2.googleapis.com/token", "https://service.invalid/x"]),
    ],
    ids=["googleapis", "google", "left-out", "sandbox", "this-machine", "another", "unknown"],
)
def test_a_sign_in_is_refreshed_where_google_does_it(
    tmp_path: Path, base_url: str | None, uris: list[str | None]
) -> None:
    for uri in uris:
        credentials = tokens.load(file(tmp_path, token_uri=uri), base_url)
        assert credentials.token_uri == (uri or "https://oauth2.googleapis.com/token")


@pytest.mark.parametrize(
    ("base_url", "uri"),
    [
        (GOOGLE, "https://evil.example/token"),
        (GOOGLE, "https://googleapis.com.evil.example/token"),
        (GOOGLE, "https://evilgoogle.com/token"),
        (GOOGLE, "http://oauth2.googleapis.com/token"),
        (GOOGLE, "https://oauth2.googleapis.com@evil.example/token"),
        (GOOGLE, "https://evil.example\\@googleapis.com/token"),
        (GOOGLE, "https://evil.example#.googleapis.com"),
        (GOOGLE, "https://evil.example/.google.com"),
        (GOOGLE, "file:///etc/passwd"),
        (GOOGLE, "oauth2.googleapis.com/token"),
        (GOOGLE, "https://oauth2.googleapis.com/to ken"),
        (GOOGLE, 5),
        (GOOGLE, ["https://oauth2.googleapis.com/token"]),
        (GOOGLE, "http://127.0.0.1:8484/token"),
        ("https://calendar.example.com", "https://sub.calendar.example.com/token"),
        ("https://calendar.example.com", "http://localhost/token"),
        (SANDBOX, "http://10.0.0.1/token"),
        (None, "http://evil.example/token"),
    ],
)
def test_a_token_file_that_leads_elsewhere_is_refused(
    tmp_path: Path, base_url: str | None, uri: object
) -> None:
    path = file(tmp_path, token_uri=uri)
    with pytest.raises(SignIn, match="where a sign-in of Google's is not refreshed") as caught:
        tokens.load(path, base_url)
    assert str(caught.value).endswith(": run `syncd auth google`.")
    assert "evil" not in str(caught.value)


@pytest.mark.parametrize("name", ["token", "refresh_token", "client_id", "client_secret"])
@pytest.mark.parametrize(
    "value",
    ["hunter22\n", "hunter22\r\nX-Evil: 1", "hunter22…", "hunt er22", "hunter22" * 999, 5],
)
def test_what_is_no_token_is_refused_and_not_repeated(
    tmp_path: Path, name: str, value: object
) -> None:
    with pytest.raises(SignIn) as caught:
        tokens.load(file(tmp_path, **{name: value}))
    sentence = str(caught.value)
    assert f"`{name}`" in sentence
    assert sentence.endswith(": run `syncd auth google`.")
    assert "hunter22" not in sentence


def test_what_is_left_out_is_told_as_before(tmp_path: Path) -> None:
    path = file(tmp_path, token=None, refresh_token=None, client_id="")
    with pytest.raises(SignIn, match="has no refresh_token, client_id: run"):
        tokens.load(path)
    assert tokens.load(file(tmp_path, refresh_token=None)).valid
