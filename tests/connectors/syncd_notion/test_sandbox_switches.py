"""Listings that are old, short or end early, and other switches of the sandbox."""

from datetime import timedelta

import httpx
import pytest

from syncd.model.entities import Kind
from syncd.testing.fault_injection import Fault
from syncd_notion.sandbox.app import VERSION
from tests.connectors.syncd_notion.caller import Caller, named, titles


def test_listings_may_be_answered_from_an_older_state(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    for name in ("edited", "trashed"):
        it.row(source, {"Name": named(name)})
    it.clock.advance(minutes=10)
    late = it.row(source, {"Name": named("late")})["id"]
    it.sandbox.person.edit(Kind.GOAL, "edited", "title", "new")
    it.sandbox.person.delete(Kind.GOAL, "trashed")
    it.sandbox.switches.stale = timedelta(minutes=5)
    assert titles(it.query(source)) == ["trashed", "edited"]
    assert it.call("GET", f"/pages/{late}")["in_trash"] is False
    it.clock.advance(minutes=5)
    assert titles(it.query(source)) == ["late", "new"]


def test_a_new_row_may_be_missing_from_queries_for_a_while(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    it.row(source, {"Name": named("old")})
    it.clock.advance(seconds=30)
    it.sandbox.switches.index_lag = timedelta(seconds=10)
    new = it.row(source, {"Name": named("new")})["id"]
    assert titles(it.query(source)) == ["old"]
    assert it.call("GET", f"/pages/{new}")["id"] == new
    it.clock.advance(seconds=10)
    assert titles(it.query(source)) == ["new", "old"]


def test_searches_may_lag_behind_queries_and_are_sorted_as_asked(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    for name in ("first", "second"):
        it.row(source, {"Name": named(name)})
        it.clock.advance(minutes=10)
    asked = {"query": "s", "filter": {"property": "object", "value": "page"}}

    def found(**sort: str) -> list[str]:
        body = {**asked, **({"sort": sort} if sort else {})}
        return titles(it.call("POST", "/search", body))

    stamp = "last_edited_time"
    assert found() == found(timestamp=stamp, direction="descending") == ["second", "first"]
    assert found(timestamp=stamp, direction="ascending") == ["first", "second"]
    body = {**asked, "sort": {"timestamp": "created_time"}}
    assert it.refused("POST", "/search", body)[0] == 400
    it.sandbox.switches.search_delay = timedelta(minutes=15)
    assert found() == ["first"]
    assert titles(it.query(source)) == ["second", "first"]


def test_rows_may_be_left_out_come_again_or_all_be_missing(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    first, *_ = [it.row(source, {"Name": named(str(at))})["id"] for at in range(4)]
    it.sandbox.switches.repeats_rows = True
    page = it.query(source, page_size=2)
    seen = titles(page)
    while page["has_more"]:
        page = it.query(source, page_size=2, start_cursor=page["next_cursor"])
        seen += titles(page)
    assert seen == ["3", "2", "2", "1", "1", "0"]
    it.sandbox.switches.omits = {first}
    assert titles(it.query(source)) == ["3", "2", "1"]
    it.sandbox.empty_listing_once()
    assert titles(it.query(source)) == []
    assert titles(it.query(source)) == ["3", "2", "1"]


def test_a_query_may_end_without_a_word(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    for number in range(4):
        it.row(source, {"Name": named(str(number))})
    it.sandbox.workspace.query_limit = 3
    it.sandbox.switches.ends_silently = True
    reply = it.query(source)
    assert (len(reply["results"]), reply["has_more"]) == (3, False)
    assert "request_status" not in reply


def test_a_cursor_does_not_live_for_ever(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    for number in range(4):
        it.row(source, {"Name": named(str(number))})
    cursor = it.query(source, page_size=2)["next_cursor"]
    assert it.query(source, start_cursor=cursor)["results"]
    it.sandbox.end_listings()
    body = {"start_cursor": cursor}
    why = it.refused("POST", f"/data_sources/{source}/query", body)[2]
    assert why.startswith("The start_cursor provided is invalid")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (409, "conflict_error"),
        (429, "rate_limited"),
        (500, "internal_server_error"),
        (503, "service_unavailable"),
        (504, "gateway_timeout"),
        (529, "service_overload"),
        (502, ""),
    ],
)
def test_trouble_sounds_like_notions(it: Caller, status: int, code: str) -> None:
    it.served.faults.append(Fault(act="status", **it.sandbox.trouble(status, 30)))
    reply = it.http.get("/v1/users/me")
    assert reply.status_code == status
    if status == 502:
        assert reply.headers["content-type"] == "text/html"
        return
    assert (reply.json()["code"], reply.headers["retry-after"]) == (code, "30")


# Other switches.


def test_a_write_may_be_done_and_answered_with_503(it: Caller) -> None:
    _, source = it.database({}, "Goals")
    it.sandbox.switches.saved_unsaid = 1
    body = {"parent": {"data_source_id": source}, "properties": {"Name": named("a")}}
    reply = it.http.post("/v1/pages", json=body)
    assert reply.status_code == 503
    (row,) = it.query(source)["results"]
    assert reply.json()["additional_data"]["committed_resource_id"] == row["id"]


def test_a_minutes_share_can_be_set(it: Caller) -> None:
    it.clock.advance(minutes=2)
    it.sandbox.switches.per_minute = 2
    answers = [it.http.get("/v1/users/me") for _ in range(3)]
    assert [it.status_code for it in answers] == [200, 200, 429]
    wait = answers[-1].headers["retry-after"]
    assert answers[-1].json()["additional_data"]["retry_after"] == wait
    it.clock.advance(seconds=int(wait))
    assert it.http.get("/v1/users/me").status_code == 200


def test_keys_that_nobody_knows_and_a_clock_that_is_wrong(it: Caller) -> None:
    it.sandbox.switches.extra_keys = {"brand_new": {"deep": [1]}}
    it.sandbox.switches.skew = timedelta(hours=1)
    _, source = it.database({}, "Goals")
    row = it.row(source, {"Name": named("a")})
    assert row["brand_new"] == {"deep": [1]}
    assert row["created_time"] == "2026-05-04T09:16:00.000Z"
    headers = {"Notion-Version": VERSION}
    date_header = httpx.get(f"{it.served.origin}/v1/users/me", headers=headers).headers["date"]
    assert "09:16" in date_header
