"""Zones as users have them: an IANA name, or an offset such as "GMT -7:00"."""

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_OFFSET = re.compile(r"GMT ([+-])(\d{1,2}):(\d\d)")


def zone_of(name: str) -> tzinfo:
    """Return the zone of this name. Raises as ``ZoneInfo`` for one that is unknown."""
    found = _OFFSET.fullmatch(name)
    if found is None:
        return ZoneInfo(name)
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-ahead if found[1] == "-" else ahead, name)
