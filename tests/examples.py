"""How much the laws are tried: a little on every run, a lot on request."""

import os

from hypothesis import HealthCheck, Phase, settings

USUAL = 2_000


def times(usual: int) -> int:
    """Return how often to try something; SYNCD_EXAMPLES=1000000 tries 500 times as much."""
    asked = int(os.environ.get("SYNCD_EXAMPLES") or USUAL)
    return max(1, usual * asked // USUAL)


def examples(usual: int) -> settings:
    """Return Hypothesis's settings: the same examples on every machine, no clock."""
    return settings(
        max_examples=times(usual),
        deadline=None,
        derandomize=usual == times(usual),
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
