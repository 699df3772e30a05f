"""Rich text as the service keeps it."""

from typing import Any

from syncd_notion.sandbox.errors import in_body, missing, not_imitated, only

Run = dict[str, Any]

RUN_UNITS = 2000
MOST_RUNS = 100
URL_UNITS = 2000
PLAIN: Run = {
    "bold": False,
    "italic": False,
    "strikethrough": False,
    "underline": False,
    "code": False,
    "color": "default",
}
_HUES = ("gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red")
COLORS = frozenset(hue + back for hue in ("default", *_HUES) for back in ("", "_background"))
_RUN_KEYS = frozenset({"type", "text", "annotations", "plain_text", "href"})
_TEXT_KEYS = frozenset({"content", "link"})


def units(text: str) -> int:
    """Count as the service does: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def run_of(text: str, link: str | None = None, **style: Any) -> Run:
    """Return one run of text."""
    return {
        "type": "text",
        "text": {"content": text, "link": {"url": link} if link else None},
        "annotations": {**PLAIN, **style},
        "plain_text": text,
        "href": link,
    }


def mention_of(page: str, shown: str) -> Run:
    """Return a run that mentions a page."""
    mention = {"type": "page", "page": {"id": page}}
    rest = {"annotations": dict(PLAIN), "plain_text": shown, "href": None}
    return {"type": "mention", "mention": mention, **rest}


def parse_runs(raw: Any, place: str) -> list[Run]:
    """Check runs of a request; neighbours of one style are joined (recorded replies)."""
    if not isinstance(raw, list):
        raise in_body(place, "an array", raw)
    if len(raw) > MOST_RUNS:
        raise in_body(f"{place}.length", f"≤ `{MOST_RUNS}`", len(raw))
    return joined([_parse_run(run, f"{place}[{number}]") for number, run in enumerate(raw)])


def joined(runs: list[Run]) -> list[Run]:
    """Return runs with neighbours of one style joined, and empty ones dropped."""
    runs_joined: list[Run] = []
    for run in runs:
        last = runs_joined[-1] if runs_joined else None
        if last is not None and _joins(last, run):
            text = last["plain_text"] + run["plain_text"]
            runs_joined[-1] = run_of(text, last["href"], **last["annotations"])
        elif run["plain_text"]:
            runs_joined.append(run)
    return runs_joined


def _joins(run: Run, other: Run) -> bool:
    same = ("type", "annotations", "href")
    return run["type"] == "text" and all(run[name] == other[name] for name in same)


def _parse_run(raw: Any, place: str) -> Run:
    if isinstance(raw, dict) and raw.get("type", "text") != "text":
        raise not_imitated(f"writing runs of type {raw['type']}")
    run = only(raw, place, _RUN_KEYS)
    if "text" not in run:
        raise missing(f"{place}.text")
    text = only(run["text"], f"{place}.text", _TEXT_KEYS)
    content = text.get("content")
    if not isinstance(content, str):
        raise in_body(f"{place}.text.content", "a string", content)
    if units(content) > RUN_UNITS:
        where = f"{place}.text.content.length"
        raise in_body(where, f"≤ `{RUN_UNITS}`", units(content))
    style = _style(run.get("annotations") or {}, f"{place}.annotations")
    return run_of(content, _link(text.get("link"), f"{place}.text.link"), **style)


def _style(raw: Any, place: str) -> dict[str, Any]:
    style = only(raw, place, frozenset(PLAIN))
    for name, value in style.items():
        if name == "color" and (not isinstance(value, str) or value not in COLORS):
            raise in_body(f"{place}.color", "a color", value)
        if name != "color" and not isinstance(value, bool):
            raise in_body(f"{place}.{name}", "a boolean", value)
    return style


def _link(raw: Any, place: str) -> str | None:
    if raw is None:
        return None
    url = only(raw, place, frozenset({"type", "url"})).get("url")
    if not isinstance(url, str) or not url or units(url) > URL_UNITS:
        raise in_body(f"{place}.url", "a valid url", url)
    return url


def plain(runs: list[Run]) -> str:
    """Return the text of runs."""
    return "".join(str(run["plain_text"]) for run in runs)
