"""What others on this machine may look into is said, and stops nothing."""

import pytest

from tests.cli.desks import Desk

TOLD = "where syncd keeps your plan"


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o720])
@pytest.mark.parametrize("command", ["sync", "status"])
def test_a_state_folder_that_others_may_look_into_is_told(
    desk: Desk, command: str, mode: int
) -> None:
    desk.state.mkdir()
    desk.state.chmod(mode)
    said = desk.syncd(command)
    assert said.status == 0
    (line,) = [it for it in said.err.splitlines() if TOLD in it]
    assert line.endswith(f"run `chmod 700 {desk.state}`.")
    desk.state.chmod(0o700)
    assert TOLD not in desk.syncd(command).err


def test_whoever_signs_in_is_told_of_it_too(desk: Desk) -> None:
    desk.state.mkdir()
    desk.state.chmod(0o755)
    said = desk.syncd("auth", "todoist")
    assert said.status == 0
    assert f"`chmod 700 {desk.state}`" in said.err


def test_a_state_folder_that_syncd_made_needs_no_word(desk: Desk) -> None:
    assert TOLD not in desk.syncd("sync").err


def test_a_name_with_blanks_can_be_typed_as_it_is_told(desk: Desk) -> None:
    desk.state.mkdir()
    desk.state.rename(desk.place / "my state")
    (desk.place / "my state").chmod(0o755)
    desk.config.write_text(
        desk.config.read_text("utf-8").replace(str(desk.state), f"{desk.place}/my state"),
        "utf-8",
    )
    assert f"run `chmod 700 '{desk.place}/my state'`." in desk.syncd("status").err
