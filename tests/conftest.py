"""What holds for every test: laws are tried the same way on every machine."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "every machine",
    deadline=None,
    derandomize=not os.environ.get("SYNCD_EXAMPLES"),
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("every machine")
