"""``syncd demo``: the whole story, on sandboxes."""

import pytest

from tests.cli.desks import Desk, Said, complaint


@pytest.fixture
def played(bare: Desk) -> Said:
    return bare.syncd("demo", "--once", "--dir", str(bare.place / "demo"))


def test_the_demonstration_goes_well_and_shows_the_evenings(bare, played):
    assert played.status == 0, played.out
    assert "✗" not in played.out
    for told in (
        "learning blocks",
        "that block has another time, and no other event moved",
        "it is pinned there",
        "that time is free again",
        "nothing changed, so nothing was written",
    ):
        assert told in played.out
    config = bare.place / "demo" / "syncd.toml"
    assert f"syncd --config {config} schedule" in played.out
    week = played.out.split("as `syncd schedule` shows them:\n\n")[1].split("\n\n")[0]
    bare.environ["SYNCD_CONFIG"] = ""
    assert week in bare.syncd("--config", str(config), "schedule").out
    again = bare.syncd("demo", "--once", "--dir", str(config.parent))
    assert again.status == 2
    assert "an earlier demonstration" in complaint(again)
