"""Recognising an item that has not changed, without comparing all of it."""

import hashlib
import json

from syncd.model.remote import Remote
from syncd.model.schema import fields_to_json

_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def content_hash(item: Remote) -> str:
    """Return a hash of all that syncd reads of an item but its times and version.

    What is kept beside the fields belongs to it (the end of a span, further relations): a
    write hands that back, so it has to be as the person last left it.
    """
    seen = [
        fields_to_json(item.fields),
        item.mark,
        item.link,
        item.url,
        item.completions,
        dict(item.problems),
        dict(item.extra),
    ]
    text = _SORTED.encode(seen)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
