"""Two supervisors of the same daemon: systemd and a container's engine."""

import json
import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from syncd.daemon.supervisor import GRACE

ROOT = Path(__file__).parents[2]
UNITS = [ROOT / "systemd" / "syncd.service", ROOT / "systemd" / "syncd-user.service"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
LINES = re.sub(r"\\\n", " ", DOCKERFILE).splitlines()

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine"
)


class _Unit(ConfigParser):
    """A unit file: repeated keys, no interpolation."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, interpolation=None, comment_prefixes=("#",))
        self.optionxform = str  # type: ignore[assignment, method-assign]  # as its documentation does
        self.read(path)


@needs_systemd
def test_the_service_is_hardened() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNITS[0])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    exposure = re.search(r"Overall exposure level for syncd.service: ([\d.]+)", done.stdout)
    assert exposure
    assert float(exposure[1]) <= 2.0


def test_the_service_has_a_user_of_its_own_that_may_write_its_state_alone() -> None:
    service = _Unit(UNITS[0])["Service"]
    wanted = {"DynamicUser": "yes", "ProtectSystem": "strict", "ProtectHome": "yes"}
    wanted |= {"StateDirectory": "syncd", "StateDirectoryMode": "0700", "UMask": "0077"}
    assert {name: service.get(name) for name in wanted} == wanted
    assert "SYNCD_STATE_DIR=%S/syncd" in service["Environment"].split()


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda it: it.name)
def test_systemd_understands_the_unit(unit: Path) -> None:
    command = ["systemd-analyze", "verify", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if unit.name in line]
    assert [line for line in said if "syncd is not executable" not in line] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda it: it.name)
def test_systemd_waits_for_the_write_in_flight(unit: Path) -> None:
    assert int(_Unit(unit)["Service"]["TimeoutStopSec"]) > GRACE


@pytest.mark.parametrize("unit", UNITS, ids=lambda it: it.name)
def test_a_stop_is_no_failure_and_a_mistake_is_not_repeated(unit: Path) -> None:
    service = _Unit(unit)["Service"]
    assert service["SuccessExitStatus"].split() == ["130", "143"]
    assert service["RestartPreventExitStatus"].split() == ["2", "5"]
    assert (service["Type"], service["ExecStart"].split()[1:]) == ("notify", ["run"])


def test_the_container_has_no_shell_between_the_engine_and_syncd() -> None:
    entry = [line.partition(" ")[2] for line in LINES if re.match("ENTRYPOINT|CMD", line)]
    assert [json.loads(it) for it in entry] == [["syncd"], ["run"]]


def test_the_container_does_not_run_as_root() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "\nUSER 65532:65532\n" in last


def test_the_container_asks_syncd_itself_how_it_is() -> None:
    assert re.search(
        r'^HEALTHCHECK .*CMD \["syncd", "status", "--alive"\]$', DOCKERFILE, re.MULTILINE
    )


def test_what_the_image_is_made_of_is_let_through_to_it() -> None:
    ignore = (ROOT / ".dockerignore").read_text().split()
    copies = [line.split()[1:-1] for line in LINES if re.match(r"COPY (?!--from)", line)]
    assert [
        it for names in copies for it in names if f"!{it.removeprefix('./')}" not in ignore
    ] == []
    assert all((ROOT / it).exists() for names in copies for it in names)
