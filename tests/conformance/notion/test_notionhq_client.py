"""Notion's own JavaScript client drives the sandbox, and its types take every object."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from syncd.connect.contract import Toolbox
from syncd.connect.network import Network, RateLimiter
from syncd.model.entities import REFERENCE_ORDER, Kind
from syncd.model.ids import derived_id
from syncd.model.remote import Op, Remote, Seen, Write
from syncd.model.schema import Fields
from syncd.model.values import Moment, Value
from syncd.testing.fake_clock import FakeClock
from syncd.testing.in_memory_connector import DictMemory
from syncd.testing.samples import sample
from syncd.testing.sandbox import Served
from syncd_notion.connector import PLUGIN, Notion
from syncd_notion.sandbox.app import NotionSandbox
from tests.conformance.notion.node import HERE, install, run, without_node
from tests.conformance.notion.tap import Exchange, Tap
from tests.conformance.notion.typed import typescript

pytestmark = [pytest.mark.conformance, without_node]
STRICT = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022"]
MODULES = ["--module", "nodenext", "--moduleResolution", "nodenext"]


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    install()


def compiled(exchanges: list[Exchange]) -> int:
    """Compile requests and replies against the package's types; how many there were."""
    program, count = typescript(exchanges)
    path = HERE / "node_modules" / "exchanges.ts"
    path.write_text(program)
    run(["node", "node_modules/typescript/bin/tsc", *STRICT, *MODULES, str(path)])
    return count


def test_the_client_gets_what_it_expects(
    served: Served, sandbox: NotionSandbox, tap: Tap
) -> None:
    said = run(["node", "scenario.mjs", served.origin, sandbox.token, sandbox.parent_page])
    assert json.loads(said)["steps"] >= 53
    assert compiled(tap.exchanges) >= 90


def test_the_types_refuse_what_the_service_does_not_say(
    served: Served, sandbox: NotionSandbox, tap: Tap
) -> None:
    run(["node", "scenario.mjs", served.origin, sandbox.token, sandbox.parent_page])
    page = next(it for it in tap.exchanges if it.path == "/v1/pages" and it.status == 200)
    page.reply["colour"] = "red"
    with pytest.raises(AssertionError, match="colour"):
        compiled([page])


@pytest.mark.parametrize(
    ("part", "value"), [("colour", "red"), ("is_toggleable", "yes"), ("rich_text", "Facts")]
)
def test_the_types_refuse_a_block_that_the_service_does_not_send(
    served: Served, sandbox: NotionSandbox, tap: Tap, part: str, value: str
) -> None:
    run(["node", "scenario.mjs", served.origin, sandbox.token, sandbox.parent_page])
    asked = (it for it in tap.exchanges if it.path.endswith("/children") and it.status == 200)
    listed = next(it for it in asked if it.reply["results"][0]["type"] == "heading_1")
    assert compiled([listed]) == 1
    listed.reply["results"][0]["heading_1"][part] = value
    with pytest.raises(AssertionError, match=r"TS\d+"):
        compiled([listed])


def test_what_the_connector_says_is_of_the_types(
    served: Served, tap: Tap, tmp_path: Path
) -> None:
    connector = _connector(served)
    connector.bind()
    connector.provision()
    made: dict[str, Remote] = {}
    for kind in REFERENCE_ORDER:
        if kind in connector.capabilities:
            targets = {name: item.id for name, item in made.items()}
            write = _create(sample(kind, f"One of {kind}", targets), kind)
            (outcome,) = connector.write([write])
            assert isinstance(outcome, Remote), outcome
            made[kind.value] = outcome
    task = made["tasks"]
    for due in (
        date(2026, 6, 1),
        Moment(datetime(2026, 6, 1, 9, tzinfo=UTC), "Asia/Tokyo"),
        None,
    ):
        connector.write([_change(task, due=due, labels=frozenset(), notes="", goal=None)])
    connector.find(_create({"title": "?"}, task.kind))
    connector.pull(connector.pull(None).cursor)
    connector.write([_delete(task)])
    connector.write([_revive(task)])
    connector.close()
    forgetful = _connector(served)
    forgetful.bind()
    forgetful.close()
    assert compiled(tap.exchanges) >= 60


def _connector(served: Served) -> Notion:
    clock = FakeClock()
    toolbox = Toolbox(
        clock=clock,
        memory=DictMemory(),
        network=Network(limiter=RateLimiter(clock)),
        timezone="Europe/Paris",
        new_key=str,
    )
    made = PLUGIN.build(PLUGIN.settings(**served.settings()), toolbox)
    assert isinstance(made, Notion)
    return made


def _create(fields: Fields, kind: Kind) -> Write:
    entity = derived_id(kind, str(fields["title"]))
    return Write(op=Op.CREATE, key=entity, kind=kind, entity=entity, fields=fields)


def _seen(item: Remote) -> Seen:
    return Seen(id=item.id, mark=item.mark, fields=item.fields, extra=item.extra)


def _change(item: Remote, **fields: Value) -> Write:
    entity, known = derived_id(item.id), _seen(item)
    return Write(
        op=Op.UPDATE, key="u", kind=item.kind, entity=entity, fields=fields, seen=known
    )


def _delete(item: Remote) -> Write:
    return Write(
        op=Op.DELETE, key="d", kind=item.kind, entity=derived_id("x"), seen=_seen(item)
    )


def _revive(item: Remote) -> Write:
    return Write(
        op=Op.CREATE,
        key="r",
        kind=item.kind,
        entity=derived_id("x"),
        fields=item.fields,
        seen=_seen(item),
    )
