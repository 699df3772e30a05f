"""Recognising an item that has not changed, without comparing all of it."""

import hashlib
import json

from syncd.model.codec import fields_to_json
from syncd.model.remote import Remote


def fingerprint(item: Remote) -> str:
    """Return a hash of all that syncd reads of an item but its times and version."""
    seen = [
        fields_to_json(dict(sorted(item.fields.items()))),
        item.mark,
        item.link,
        item.url,
        item.completions,
        dict(sorted(item.problems.items())),
    ]
    text = json.dumps(seen, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
