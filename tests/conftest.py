"""What holds for every test: laws are tried the same way on every machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest
import structlog
from hypothesis import HealthCheck, settings

settings.register_profile(
    "every machine",
    deadline=None,
    derandomize=not os.environ.get("SYNCD_EXAMPLES"),
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("every machine")


@pytest.fixture(scope="session", autouse=True)
def _one_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let clients load one authority instead of all, which takes them 20 ms each time.

    No test talks to anyone whom such an authority vouches for.
    """
    before = os.environ.get("SSL_CERT_FILE")
    end = "-----END CERTIFICATE-----\n"
    one = tmp_path_factory.mktemp("authority") / "one.pem"
    one.write_text(Path(certifi.where()).read_text("utf-8").split(end)[0] + end, "utf-8")
    os.environ["SSL_CERT_FILE"] = str(one)
    yield
    if before is None:
        del os.environ["SSL_CERT_FILE"]
    else:
        os.environ["SSL_CERT_FILE"] = before


@pytest.fixture(scope="session", autouse=True)
def _plain_tracebacks() -> None:
    """Where no test set up a log, let an error be printed as Python does.

    With every variable of every frame, as structlog does it, it takes seconds.
    """
    renderer = structlog.get_config()["processors"][-1]
    assert isinstance(renderer, structlog.dev.ConsoleRenderer)
    renderer.exception_formatter = structlog.dev.plain_traceback
