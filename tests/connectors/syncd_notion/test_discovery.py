"""Finding syncd's databases again where one of the two ways to look is closed."""

from pathlib import Path

import pytest

from syncd.errors import Mistake
from syncd.testing.fault_injection import Fault
from syncd.testing.sandbox_harness import SandboxHarness
from syncd_notion.connector import PLUGIN
from syncd_notion.sandbox.app import make

UNSHARED = {
    "object": "error",
    "status": 404,
    "code": "object_not_found",
    "message": "Could not find block.",
}


def closed(path: str, status: int, reply: dict[str, object]) -> Fault:
    return Fault(act="status", path=path, status=status, reply=reply, times=0)


@pytest.mark.parametrize(
    ("path", "status", "reply"),
    [
        ("/v1/blocks/.*", 501, {}),
        ("/v1/blocks/.*", 404, UNSHARED),
        ("/v1/search", 501, {}),
        ("/v1/search", 400, {"code": "invalid_request_url", "message": "Invalid request URL."}),
    ],
    ids=["blocks not offered", "blocks not shared", "search not offered", "search unknown"],
)
def test_databases_are_found_again_by_the_other_way(
    tmp_path: Path, path: str, status: int, reply: dict[str, object]
) -> None:
    desk = SandboxHarness(PLUGIN, make, tmp_path)
    desk.server.faults.append(closed(path, status, reply))
    assert desk.connector.bind().missing
    desk.connector.provision()
    again = desk.restart(remembering=False)
    assert again.bind().missing == ()
    desk.server.close()


def test_a_page_that_is_not_shared_is_told(tmp_path: Path) -> None:
    desk = SandboxHarness(PLUGIN, make, tmp_path)
    desk.server.faults.append(closed("/v1/(blocks|pages)/.*", 404, UNSHARED))
    with pytest.raises(Mistake, match="parent_page: share it"):
        desk.connector.bind()
    desk.server.close()
