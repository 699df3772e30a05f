"""Addresses of services, hosts and tokens: checked when the settings are read."""

from collections.abc import Callable

import pytest

from syncd.connect.registry import connectors
from syncd.errors import Mistake
from syncd.hosts import host, is_here, service, web
from syncd.settings.plugins import own_settings
from syncd.settings.schema import Settings
from syncd.text import is_token

Read = Callable[..., Settings]
PLUGINS = {it.name: it.plugin for it in connectors().all() if it.plugin}

SCHEME = "begin it with https://, as in https://api.example.com"
HOST = "its host is no name and no address of a machine; correct that"
PORT = "its port is no number from 1 to 65535; correct that"
BLANKS = "take out the blanks and what can't be seen"
SIGNED = "take out the name or the password before the @; they have settings of their own"
MORE = "end it after the host; syncd adds the rest"
PLAIN = "plain http is for this machine alone (localhost, 127.0.0.1, [::1]); use https"

BAD = {
    "api.notion.com": SCHEME,
    "": SCHEME,
    "localhost": SCHEME,
    "//api.notion.com": SCHEME,
    "https:api.notion.com": SCHEME,
    "ftp://api.notion.com": SCHEME,
    "file:///etc/passwd": SCHEME,
    "https://": HOST,
    "https:///": HOST,
    "https://:443": HOST,
    "https://a..b": HOST,
    "https://.a": HOST,
    "https://a.": HOST,
    "https://-a.b": HOST,
    "https://a-.b": HOST,
    "https://a_b!c": HOST,
    "https://exämple.com": HOST,
    "https://a\\b": HOST,
    "https://%61.com": HOST,
    f"https://{'a' * 64}.com": HOST,
    f"https://{'a.' * 127}com": HOST,
    "https://1.2.3": HOST,
    "https://1.2.3.4.5": HOST,
    "https://256.1.1.1": HOST,
    "https://2130706433": HOST,
    "https://[::1": HOST,
    "https://::1": HOST,
    "https://[::1]x": HOST,
    "https://[fe80::1%25eth0]": HOST,
    "https://[localhost]": HOST,
    "https://host:99999": PORT,
    "https://host:0": PORT,
    "https://host:": PORT,
    "https://host:-1": PORT,
    "https://host:x": PORT,
    "https://host:٣": PORT,
    "https://[::1]:0": PORT,
    "https://exa mple.com": BLANKS,
    " https://example.com": BLANKS,
    "https://example.com\n": BLANKS,
    "https://exa\tmple.com": BLANKS,
    "https://example.com\x00": BLANKS,
    "https://example.com\u200b": BLANKS,
    "https://example.com\u00a0": BLANKS,
    "https://u:p@host": SIGNED,
    "https://token@host": SIGNED,
    "https://u:p/@host": SIGNED,
    "https://example.com/v1": MORE,
    "https://example.com?x": MORE,
    "https://example.com#x": MORE,
    "https://example.com/?x=1": MORE,
    "https://example.com//v1": MORE,
    "http://example.com": PLAIN,
    "http://10.0.0.1": PLAIN,
    "http://localhost.example.com": PLAIN,
    "http://127.0.0.1.example.com": PLAIN,
    "http://[::2]": PLAIN,
    "http://0.0.0.0": PLAIN,
}

GOOD = {
    "https://api.notion.com": "https://api.notion.com",
    "https://api.notion.com/": "https://api.notion.com",
    "https://api.notion.com///": "https://api.notion.com",
    "HTTPS://API.Notion.com": "https://api.notion.com",
    "https://api.notion.com:8443/": "https://api.notion.com:8443",
    "https://10.0.0.1": "https://10.0.0.1",
    "https://[2001:db8::1]:8443": "https://[2001:db8::1]:8443",
    "https://intranet": "https://intranet",
    "https://a_b.example.com": "https://a_b.example.com",
    "https://xn--exmple-cua.com": "https://xn--exmple-cua.com",
    "http://localhost": "http://localhost",
    "http://LOCALHOST:80": "http://localhost:80",
    "http://127.0.0.1:8484/": "http://127.0.0.1:8484",
    "http://127.8.9.1:1": "http://127.8.9.1:1",
    "http://[::1]:65535": "http://[::1]:65535",
}


@pytest.mark.parametrize(("text", "said"), BAD.items(), ids=map(ascii, BAD))
def test_what_is_no_address_of_a_service_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        service(text)
    assert str(caught.value) == said


@pytest.mark.parametrize(("text", "read"), GOOD.items(), ids=GOOD)
def test_an_address_of_a_service_ends_with_its_host(text: str, read: str) -> None:
    assert service(text) == read


@pytest.mark.parametrize("name", sorted(PLUGINS))
@pytest.mark.parametrize(
    ("text", "wrong"),
    [("api.notion.com", SCHEME), ("https://u:p@host", SIGNED), ("http://a.b", PLAIN)],
)
def test_every_tool_checks_its_address(read: Read, name: str, text: str, wrong: str) -> None:
    settings = read(f"[connectors.{name}]\nbase_url = '{text}'")
    with pytest.raises(Mistake) as caught:
        own_settings(PLUGINS[name], settings.given, {})
    said = str(caught.value)
    assert said.startswith(f"`connectors.{name}.base_url` in ")
    assert said.endswith(f": {wrong}.")


@pytest.mark.parametrize("name", sorted(PLUGINS))
def test_every_tool_takes_the_slashes_off(read: Read, name: str) -> None:
    own = PLUGINS[name].settings(base_url="https://api.example.com//")
    assert own.base_url == "https://api.example.com"  # type: ignore[attr-defined]  # all have


@pytest.mark.parametrize(
    "text",
    [
        "https://u:hunter22@host",
        "https://hunter22@host",
        "u:hunter22@host",
        "https://u:hunter22/@h",
        "https://u:hunter22@a:hunter22@host",
        "https://u:://hunter22@host",
        "ftp://u:hunter22@host/?x#y",
    ],
)
@pytest.mark.parametrize("name", sorted(PLUGINS))
def test_a_password_in_an_address_is_not_repeated(read: Read, name: str, text: str) -> None:
    settings = read(f"[connectors.{name}]\nbase_url = '{text}'")
    with pytest.raises(Mistake) as caught:
        own_settings(PLUGINS[name], settings.given, {})
    assert "hunter22" not in str(caught.value)


def test_what_can_not_be_seen_is_shown_as_it_could_be_typed(
    complaint: Callable[..., str],
) -> None:
    assert r'is "smtp\n\x1b[31m": ' in complaint('[mail]\nhost = "smtp\\n\\u001b[31m"')


ALONE = "write the server's name alone, such as smtp.example.org"


@pytest.mark.parametrize(
    "text",
    [
        "smtp://smtp.example.org",
        "smtp.example.org:587",
        "a b",
        " a",
        "a ",
        "a..b",
        "a\nb",
        "[::1]",
        "::1:x",
        "u@smtp.example.org",
        "smtp.example.org/",
        "1.2.3",
        "exämple.org",
    ],
)
def test_what_is_no_mail_server_is_told(complaint: Callable[..., str], text: str) -> None:
    said = complaint(SYNCD_MAIL__HOST=text)
    assert said.startswith("`mail.host` (from SYNCD_MAIL__HOST) is ")
    assert said.endswith(f": {ALONE}; its port has a setting of its own.")


@pytest.mark.parametrize("text", ["", "smtp.example.org", "localhost", "10.0.0.1", "::1"])
def test_a_mail_server_is_a_name_or_an_address(read: Read, text: str) -> None:
    assert read(f"[mail]\nhost = '{text}'").mail.host == text
    assert not text or host(text) == text


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("localhost", True),
        ("LocalHost", True),
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("::1", True),
        ("0:0:0:0:0:0:0:1", True),
        ("::ffff:127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104  # nothing is served there
        ("", False),
        ("localhost.", False),
        ("a.localhost", False),
        ("127.0.0.1.nip.io", False),
        ("127.1", False),
        ("::2", False),
    ],
)
def test_this_machine_is_told_from_others(text: str, here: bool) -> None:
    assert is_here(text) is here


def test_the_parts_of_an_address_are_known() -> None:
    found = web("https://oauth2.googleapis.com:444/token?x=1")
    assert (found.scheme, found.host, found.port, found.rest) == (
        "https",
        "oauth2.googleapis.com",
        444,
        "/token?x=1",
    )


@pytest.mark.parametrize(
    "text", ["ntn_0123456789abcdef", "1//0e-Ab_c.d~e+f/g=", "x", "a" * 4096]
)
def test_a_token_is_told(text: str) -> None:
    assert is_token(text)


@pytest.mark.parametrize(
    "text",
    ["", " a", "a ", "a b", "a\nb", "a\n", "a\x00", "a\x7f", "ntn_…", "tökn", "a" * 4097],
)
def test_what_no_service_gives_as_a_token_is_told(text: str) -> None:
    assert not is_token(text)
