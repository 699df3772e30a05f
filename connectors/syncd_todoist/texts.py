"""Texts as Todoist holds them: titles, notes, and the link below the notes. Pure.

A description ends with the address of the task's page, alone on its last line, after
an empty line if there are notes. Limits are those of Todoist's usage limits page.
"""

from urllib.parse import urlsplit

from syncd.model.ids import EntityId, is_id

CONTENT_LIMIT = 500
DESCRIPTION_LIMIT = 16_383
SECTION_LIMIT = 2_048
LABEL_LIMIT = 60
LABELS_LIMIT = 100
_LINK_LIMIT = 1_000
_UNTITLED = "Untitled"
_MARK = "syncd:"
_PAGES = ("notion.so", "notion.site", "notion.com")
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def shortened(text: str, limit: int) -> str:
    """Return ``text``, or what fits of it, ending with "…"."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def line(text: str) -> str:
    """Return ``text`` on one line."""
    return " ".join(_clean(text).splitlines()).strip()


def title(text: str, limit: int = CONTENT_LIMIT) -> str:
    """Return a title on one line; an empty one would be refused."""
    return shortened(line(text), limit) or _UNTITLED


def note(text: str) -> str:
    """Return notes with plain line ends and nothing empty around them."""
    return _clean(text).replace("\r\n", "\n").replace("\r", "\n").strip()


def address(text: str) -> str:
    """Return ``text`` if it can be a link line, else ``""``."""
    link = text.strip()
    if any(char.isspace() for char in link) or len(link) > _LINK_LIMIT:
        return ""
    return link if _marks(link) or _host(link) else ""


def mark(link: str) -> EntityId | None:
    """Return the entity's id that a link line without an address holds."""
    return EntityId(link.removeprefix(_MARK)) if _marks(link) else None


def described(notes: str, link: str) -> str:
    """Return the description for these notes and this link."""
    room = DESCRIPTION_LIMIT - (len(link) + 2 if link else 0)
    kept = shortened(note(notes), room)
    return f"{kept}\n\n{link}" if kept and link else kept or link


def parted(description: str, known: str = "") -> tuple[str, str]:
    """Return a description's notes and link.

    ``known`` is the link that syncd wrote there: it is recognised wherever it stands,
    since the person may have gone on writing below it. Another link is only one in
    the last line, to a page of Notion or of this machine, or syncd's own mark.
    """
    lines = note(description).split("\n")
    places = [at for at, text in enumerate(lines) if known and text.strip() == known]
    if places:
        above = "\n".join(lines[: places[-1]]).rstrip()
        below = "\n".join(lines[places[-1] + 1 :]).lstrip("\n")
        return note(f"{above}\n{below}"), known
    last = lines[-1].strip()
    if address(last) and (_marks(last) or _is_page(last)):
        return note("\n".join(lines[:-1])), last
    return note(description), ""


def _clean(text: str) -> str:
    # Half a surrogate pair and NUL are text in Python, but not on the wire.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "")


def _marks(text: str) -> bool:
    return text.startswith(_MARK) and is_id(text.removeprefix(_MARK))


def _host(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def _is_page(link: str) -> bool:
    host = _host(link).removesuffix(".")
    return host in _HERE or any(host == it or host.endswith(f".{it}") for it in _PAGES)
