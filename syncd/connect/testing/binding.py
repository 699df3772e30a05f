"""Laws of signing in and of the containers that hold the items."""

import pytest

from syncd.connect.testing.harness import Harness
from syncd.errors import HoldTool, Mistake, SignIn, SyncdError


class BindingLaws:
    """Containers are made once and found again; credentials are good, bad or expired."""

    def test_what_is_missing_is_named_and_then_made(self, fresh: Harness) -> None:
        assert fresh.connector.bind().missing
        fresh.connector.provision()
        assert fresh.connector.bind().missing == ()
        assert fresh.connector.bind().problems == ()

    def test_finding_containers_makes_none(self, fresh: Harness) -> None:
        first = fresh.connector.bind()
        assert fresh.restart().bind() == first
        assert fresh.containers() in (None, [])

    def test_making_containers_twice_makes_them_once(self, harness: Harness) -> None:
        before = harness.containers()
        harness.connector.provision()
        harness.restart()
        harness.start()
        assert harness.connector.bind().missing == ()
        assert harness.containers() == before

    def test_a_restart_finds_everything(self, harness: Harness) -> None:
        made = {harness.create(kind, f"A {kind} to keep").id for kind in harness.kinds()}
        harness.restart()
        harness.start()
        assert set(harness.listing()) == made

    def test_with_the_memory_lost_nothing_is_made_twice(self, harness: Harness) -> None:
        made = [harness.create(kind, f"A {kind} to find again") for kind in harness.kinds()]
        before = harness.containers()
        harness.restart(remembering=False)
        assert harness.connector.bind().missing == ()
        harness.connector.provision()
        assert harness.containers() == before
        found = harness.listing()
        assert set(found) == {item.id for item in made}
        for item in made:
            shown = found[item.id]
            assert (shown.fields, shown.mark, shown.link) == (item.fields, item.mark, item.link)

    def test_a_provision_that_was_broken_off_is_finished_by_the_next(
        self, fresh: Harness
    ) -> None:
        for served in range(40):
            fresh.break_after(served)
            broken = _provision(fresh)
            fresh.heal()
            fresh.restart()
            if not broken:
                break
        fresh.start()
        assert fresh.connector.bind().missing == ()
        names = fresh.containers() or []
        assert len(names) == len(set(names))
        assert fresh.connector.pull(None).items == ()

    def test_a_provision_whose_reply_was_lost_makes_nothing_twice(self, fresh: Harness) -> None:
        fresh.connector.bind()
        fresh.lose_reply()
        broken = _provision(fresh)
        fresh.heal()
        fresh.restart(remembering=not broken)
        fresh.start()
        names = fresh.containers() or []
        assert len(names) == len(set(names))
        assert fresh.connector.pull(None).items == ()

    def test_a_container_that_is_gone_holds_the_tool(self, harness: Harness) -> None:
        cursor = harness.connector.pull(None).cursor
        if not harness.lose_container():
            pytest.skip("this harness loses no container")
        with pytest.raises(HoldTool):
            harness.connector.pull(cursor)
        with pytest.raises(HoldTool):
            harness.connector.pull(None)

    def test_after_a_restart_a_lost_container_is_not_made_anew(self, harness: Harness) -> None:
        if not harness.lose_container():
            pytest.skip("this harness loses no container")
        before = harness.containers()
        harness.restart()
        with pytest.raises(HoldTool):
            _use(harness)
        assert harness.containers() == before

    def test_good_credentials_read_and_write(self, harness: Harness) -> None:
        made = harness.create(harness.kinds()[0], "Signed in")
        assert made.id in harness.listing()

    def test_missing_credentials_are_a_mistake_in_the_settings(self, harness: Harness) -> None:
        try:
            built = harness.unsigned()
        except Mistake:
            return
        if built is not None:
            pytest.fail("a connector was built without credentials")
        pytest.skip("this tool needs no credentials")

    def test_wrong_credentials_ask_to_sign_in(self, harness: Harness) -> None:
        if not harness.wrong_credentials():
            pytest.skip("this service takes every credential")
        with pytest.raises(SignIn):
            _use(harness)
        with pytest.raises(SignIn):
            harness.connector.pull(None)

    def test_revoked_credentials_ask_to_sign_in(self, harness: Harness) -> None:
        kind = harness.kinds()[0]
        made = harness.create(kind, "Signed in")
        if not harness.revoke():
            pytest.skip("this harness revokes no credentials")
        with pytest.raises(SignIn):
            harness.connector.pull(None)
        with pytest.raises(SignIn):
            harness.connector.read(kind, made.id)
        assert isinstance(harness.update(made, title="Signed out"), SignIn)


def _provision(harness: Harness) -> bool:
    """Try to find and make the containers; say whether that was broken off."""
    try:
        harness.start()
    except SyncdError:
        return True
    return False


def _use(harness: Harness) -> None:
    harness.start()
    harness.connector.pull(None)
