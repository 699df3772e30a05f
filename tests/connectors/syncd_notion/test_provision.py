"""Making the databases, finding them again, and using a person's own."""

from typing import Any

import pytest

from syncd.errors import HoldTool, Mistake, SkipItem, Unclear
from syncd.model.entities import Kind
from syncd.model.remote import Remote
from syncd.model.values import GoalStatus
from syncd.testing.fault_injection import Fault
from syncd_notion.sandbox.rich_text import plain
from tests.connectors.syncd_notion.desk import Desk

EXPECTED = {
    "Profile": "Aspect=select Horizon=select Name=title Notes=rich_text",
    "Goals": (
        "Achievable=rich_text Baseline=number Current=number Due=date Horizon=select"
        " Measure=rich_text Name=title Notes=rich_text Pace=select Priority=select"
        " Progress=number SMART check=rich_text Status=select Target=number Unit=rich_text"
        " Weekly minutes=number Why=rich_text"
    ),
    "Milestones": "Done=checkbox Due=date Goal=relation Name=title Notes=rich_text",
    "Skills": (
        "Category=select Gap=number Goals=relation Level=number Name=title Notes=rich_text"
        " Target level=number"
    ),
    "Resources": (
        "Cost=number Currency=select Goal=relation Name=title Notes=rich_text Skill=relation"
        " Status=select Type=select URL=url"
    ),
    "Tasks": (
        "Done=checkbox Due=date Estimate=number Goal=relation Labels=multi_select"
        " Milestone=relation Minutes done=number Minutes planned=number Name=title"
        " Next block=date Notes=rich_text Priority=select Repeat=rich_text Resource=relation"
        " Skill=relation"
    ),
    "Contacts": (
        "Email=email Every=number Last contact=date Name=title Next contact=date"
        " Notes=rich_text Role=select"
    ),
    "Achievements": (
        "Date=date Evidence=url Goal=relation Impact=rich_text Name=title Notes=rich_text"
        " Skill=relation"
    ),
    "Reviews": "Kind=select Name=title Period=date",
}


def columns(desk: Desk, kind: Kind) -> dict[str, str]:
    return {prop.name: prop.type for prop in desk.person.source(kind).props.values()}


def options(desk: Desk, kind: Kind, name: str) -> list[str]:
    return [it["name"] for it in desk.person.prop(kind, name).options]


def test_every_database_has_its_title_and_its_columns(desk: Desk) -> None:
    made = {}
    for source in desk.workspace.sources.values():
        types = {prop.name: prop.type for prop in source.props.values()}
        assert types.pop("Sync ID") == "rich_text"
        made[plain(source.title)] = " ".join(f"{it}={types[it]}" for it in sorted(types))
    assert made == EXPECTED


def test_options_are_the_words_of_the_plan_with_a_capital_letter(desk: Desk) -> None:
    assert options(desk, Kind.GOAL, "Status") == [
        "Planned",
        "Active",
        "Done",
        "Paused",
        "Dropped",
    ]
    assert options(desk, Kind.GOAL, "Pace") == ["Ahead", "On track", "At risk", "Behind"]
    assert options(desk, Kind.TASK, "Priority") == ["P1", "P2", "P3", "P4"]
    assert "Growth area" in options(desk, Kind.PROFILE, "Aspect")
    assert options(desk, Kind.PROFILE, "Horizon") == ["1-2 years", "3-5 years", "5+ years"]
    assert desk.person.prop(Kind.GOAL, "Progress").config == {"format": "percent"}


def test_relations_lead_to_the_databases_of_the_plan(desk: Desk) -> None:
    goals = desk.person.source(Kind.GOAL)
    for kind in (Kind.MILESTONE, Kind.TASK, Kind.RESOURCE, Kind.ACHIEVEMENT):
        assert desk.person.prop(kind, "Goal").config["data_source_id"] == goals.id
    assert desk.person.prop(Kind.SKILL, "Goals").config["data_source_id"] == goals.id


def test_what_is_bound_is_found_without_a_request(desk: Desk) -> None:
    desk.connector.bind()
    desk.restart().bind()
    desk.connector.provision()
    assert desk.server.log == []


def test_the_parent_page_that_is_not_shared_is_a_mistake_that_says_how(bare: Desk) -> None:
    bare.workspace.hidden.add(bare.workspace.parent_page)
    with pytest.raises(Mistake, match="Connections"):
        bare.connector.bind()


def test_a_lost_memory_finds_databases_that_were_renamed_and_moved(desk: Desk) -> None:
    """The line in the description tells them; the search finds what was moved."""
    sources = {kind: desk.person.source(kind).id for kind in (Kind.GOAL, Kind.TASK)}
    person = desk.person
    renamed = desk.workspace.databases[person.source(Kind.GOAL).parent]
    moved = desk.workspace.databases[person.source(Kind.TASK).parent]
    renamed.title = [*renamed.title, *renamed.title]
    moved.parent = desk.workspace.add_page(desk.workspace.parent_page, []).id
    desk.restart(remembering=False)
    assert desk.connector.bind().missing == ()
    bound = {kind: desk.memory.kept[f"database.{kind}"]["source"] for kind in sources}
    assert bound == sources


def test_without_its_line_a_database_is_known_by_its_title_and_sync_id(desk: Desk) -> None:
    for database in desk.workspace.databases.values():
        database.description = []
    desk.restart(remembering=False)
    assert desk.connector.bind() == desk.connector.bind()
    assert desk.connector.bind().missing == ()


def test_a_database_of_another_plan_is_left_alone(desk: Desk) -> None:
    """Its line names the page that it was made for."""
    other = desk.workspace.add_page("", []).id
    connector = desk.with_settings(parent_page=other)
    assert len(connector.bind().missing) == 9
    connector.provision()
    assert len(desk.workspace.databases) == 18


def test_a_copied_database_is_not_taken_for_the_first(desk: Desk) -> None:
    source = desk.person.source(Kind.GOAL)
    first = desk.workspace.databases[source.parent]
    desk.clock.advance(minutes=5)
    copy, _ = desk.workspace.add_database(desk.workspace.parent_page, first.title)
    copy.description = first.description
    desk.restart(remembering=False)
    desk.connector.bind()
    assert desk.memory.kept["database.goals"]["database"] == first.id


def test_a_persons_own_database_of_that_title_is_left_alone_and_said(bare: Desk) -> None:
    own = bare.person.add_database("Goals", {"Name": {"title": {}}})
    binding = bare.connector.bind()
    assert "the database 'Goals' in Notion" in binding.missing
    assert any("databases" in it and "'Goals'" in it for it in binding.problems)
    bare.connector.provision()
    assert bare.memory.kept["database.goals"]["source"] != own.id
    assert [it.name for it in own.props.values()] == ["Name"]


def test_a_search_that_lags_makes_no_second_set(bare: Desk) -> None:
    bare.workspace.search_lag = 8
    bare.start()
    bare.restart(remembering=False)
    bare.start()
    assert len(bare.workspace.databases) == 9


OWN_GOALS = {
    "Title of it": {"title": {}},
    "State": {"status": {"options": [{"name": "Active"}, {"name": "Done"}]}},
    "By when": {"date": {}},
    "Why": {"rich_text": {}},
    "Mood": {"select": {"options": [{"name": "Fine"}]}},
}


def own_goals(bare: Desk, **more: Any) -> Any:
    source = bare.person.add_database("My goals", OWN_GOALS)
    names = {"goal": {"status": "State", "due": "By when"}}
    return source, bare.with_settings(
        parent_page=None, databases={"goals": source.parent}, properties=names, **more
    )


def test_a_persons_own_database_gets_no_column_but_sync_id(bare: Desk) -> None:
    source, connector = own_goals(bare)
    before = set(source.props)
    assert connector.bind().missing == (
        "the property 'Sync ID' in the Notion database 'My goals'",
    )
    assert set(source.props) == before
    connector.provision()
    (added,) = set(source.props) - before
    assert source.props[added].name == "Sync ID"
    assert connector.bind().missing == ()
    assert set(connector.capabilities) == {Kind.GOAL}


def test_a_persons_own_database_carries_what_it_has(bare: Desk) -> None:
    _, connector = own_goals(bare)
    bare.start()
    write = bare.new_write(Kind.GOAL, "Speak Italian", status=GoalStatus.ACTIVE)
    (made,) = connector.write([write])
    assert isinstance(made, Remote)
    assert set(made.fields) == {"title", "status", "due", "why"}
    assert not made.problems
    pull = connector.pull(None)
    assert "measure" in pull.unmapped_fields[Kind.GOAL]
    assert "status" not in pull.unmapped_fields[Kind.GOAL]


def test_a_status_without_that_option_keeps_its_own_and_says_what_to_add(bare: Desk) -> None:
    _, connector = own_goals(bare)
    bare.start()
    paused = {"title": "Some day", "status": GoalStatus.PAUSED}
    assert connector.fit(Kind.GOAL, paused) == {"title": "Some day"}
    (made,) = connector.write([bare.new_write(Kind.GOAL, **paused)])
    assert isinstance(made, Remote), "the rest of the goal is there"
    assert made.fields["title"] == "Some day"
    (problem,) = connector.pull(None).problems
    assert "'State'" in problem
    assert "has no option Planned, Paused, Dropped: add" in problem


def test_an_option_that_is_added_to_a_status_is_used_from_then_on(bare: Desk) -> None:
    source, connector = own_goals(bare)
    bare.start()
    cursor = connector.pull(connector.pull(None).cursor).cursor
    paused = {"status": GoalStatus.PAUSED}
    (state,) = (it for it in source.props.values() if it.name == "State")
    state.options.append({"id": "p", "name": "PAUSED", "color": "gray"})
    assert connector.pull(cursor).cursor == cursor, "it is not looked for all the time"
    assert connector.fit(Kind.GOAL, paused) == {}

    bare.clock.advance(minutes=11)
    connector.pull(cursor)
    assert connector.fit(Kind.GOAL, paused) == paused
    (made,) = connector.write([bare.new_write(Kind.GOAL, "Some day", **paused)])
    assert isinstance(made, Remote)
    assert made.fields["status"] is GoalStatus.PAUSED
    assert len(state.options) == 3, "the person's own spelling is chosen"


def test_without_sync_id_nothing_is_added(bare: Desk) -> None:
    _, connector = own_goals(bare)
    connector.bind()
    assert connector.pull(None).items == ()
    (outcome,) = connector.write([bare.new_write(Kind.GOAL, "Too early")])
    assert isinstance(outcome, SkipItem)
    assert "syncd sync" in str(outcome)


def test_a_column_of_the_wrong_type_is_not_carried_and_said(bare: Desk) -> None:
    source = bare.person.add_database(
        "My goals", {"N": {"title": {}}, "Due": {"rich_text": {}}}
    )
    connector = bare.with_settings(parent_page=None, databases={"goal": source.id})
    bare.start()
    connector.bind()
    pull = connector.pull(None)
    (problem,) = pull.problems
    assert "'Due'" in problem
    assert "rich_text" in problem
    assert "due" in pull.unmapped_fields[Kind.GOAL]


def test_a_persons_own_sync_id_is_not_converted(bare: Desk) -> None:
    source = bare.person.add_database("Mine", {"N": {"title": {}}, "Sync ID": {"number": {}}})
    connector = bare.with_settings(parent_page=None, databases={"goals": source.parent})
    connector.bind()
    with pytest.raises(Mistake, match="'Sync ID'"):
        connector.provision()
    assert bare.workspace.sources[source.id].props


def test_a_relation_to_another_database_is_not_the_plans(bare: Desk) -> None:
    other = bare.person.add_database("Projects", {"N": {"title": {}}})
    goal = {"relation": {"data_source_id": other.id, "single_property": {}}}
    tasks = bare.person.add_database("To do", {"N": {"title": {}}, "Goal": goal})
    connector = bare.with_settings(databases={"tasks": tasks.parent})
    bare.start()
    assert "goal" in connector.pull(None).unmapped_fields[Kind.TASK]


def test_a_relation_to_the_plans_own_database_is(bare: Desk) -> None:
    goals = bare.person.add_database("Aims", {"N": {"title": {}}})
    goal = {"relation": {"data_source_id": goals.id, "single_property": {}}}
    tasks = bare.person.add_database("To do", {"N": {"title": {}}, "Aim": goal})
    connector = bare.with_settings(
        parent_page=None,
        databases={"tasks": tasks.parent, "goals": goals.parent},
        properties={"tasks": {"goal": "Aim"}},
    )
    bare.start()
    assert "goal" not in connector.pull(None).unmapped_fields[Kind.TASK]


def test_a_database_that_is_not_shared_is_a_mistake_that_names_the_setting(
    bare: Desk,
) -> None:
    connector = bare.with_settings(
        parent_page=None, databases={"goals": "5e0000000000400080000000000000d1"}
    )
    with pytest.raises(Mistake, match=r"databases\.goals"):
        connector.bind()


def test_a_database_with_two_data_sources_asks_which(bare: Desk) -> None:
    source, connector = own_goals(bare)
    second = bare.workspace.add_source(source.parent, "Old goals")
    bare.person.add_property_to(second, "Name", "title")
    with pytest.raises(Mistake, match=second.id):
        connector.bind()
    connector = bare.with_settings(parent_page=None, databases={"goals": source.id})
    assert len(connector.bind().missing) == 1
    assert bare.memory.kept["database.goals"]["source"] == source.id


def test_another_database_in_the_settings_is_bound_instead(desk: Desk) -> None:
    own = desk.person.add_database("Aims", {"N": {"title": {}}})
    connector = desk.again_with(databases={"goals": own.parent})
    desk.start()
    assert desk.memory.kept["database.goals"]["source"] == own.id
    assert connector.bind().missing == ()
    desk.again_with().bind()
    assert desk.memory.kept["database.goals"]["source"] != own.id


def test_another_property_in_the_settings_is_bound_instead(desk: Desk) -> None:
    desk.person.add_property(Kind.GOAL, "Deadline", "date")
    connector = desk.again_with(properties={"goals": {"due": "Deadline"}})
    connector.bind()
    desk.person.add(Kind.GOAL, "Run 10 km")
    prop = desk.person.prop(Kind.GOAL, "Deadline")
    made = desk.create(Kind.GOAL, "Swim 1 km")
    page = desk.workspace.pages[made.id]
    assert page.values[prop.id]["start"] == made.fields["due"].isoformat()  # type: ignore[union-attr]


def test_a_provision_whose_reply_is_garbage_finds_what_it_made(bare: Desk) -> None:
    fault = Fault(act="garbage", method="POST", path="/v1/databases", skip=3)
    bare.server.faults.append(fault)
    with pytest.raises(Unclear):
        bare.start()
    bare.heal()
    bare.start()
    assert len(bare.workspace.databases) == 9


def test_provisioning_without_looking_first_looks(desk: Desk) -> None:
    desk.restart(remembering=False).provision()
    assert len(desk.workspace.databases) == 9


def test_a_deleted_sync_id_is_missing_and_comes_back_with_the_next_provision(
    desk: Desk,
) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    desk.person.delete_property(Kind.GOAL, "Sync ID")
    cursor = desk.connector.pull(None).cursor
    assert desk.connector.bind().missing == (
        "the property 'Sync ID' in the Notion database 'Goals'",
    )
    desk.connector.provision()
    assert desk.connector.bind().missing == ()
    (item,) = desk.connector.pull(cursor).items
    assert (item.id, item.mark) == (made.id, None)


@pytest.mark.parametrize("answer", ["404", "empty", "rows"])
def test_a_database_in_the_trash_holds_the_tool_whatever_a_query_of_it_answers(
    desk: Desk, answer: str
) -> None:
    desk.workspace.trashed_query = answer
    made = desk.create(Kind.TASK, "Write the summary")
    cursor = desk.connector.pull(None).cursor
    desk.person.trash_database(Kind.TASK)
    with pytest.raises(HoldTool, match="Tasks"):
        desk.connector.pull(cursor)
    with pytest.raises(HoldTool):
        desk.connector.read(Kind.TASK, made.id)
    assert isinstance(desk.update(made, title="Later"), HoldTool)
    assert isinstance(desk.delete(made), HoldTool)
    assert isinstance(desk.do(desk.new_write(Kind.TASK, "Another")), HoldTool)


def test_an_empty_database_in_the_trash_is_noticed_within_minutes(desk: Desk) -> None:
    desk.workspace.trashed_query = "empty"
    cursor = desk.connector.pull(None).cursor
    desk.person.trash_database(Kind.TASK)
    desk.clock.advance(minutes=11)
    with pytest.raises(HoldTool):
        desk.connector.pull(cursor)


def test_a_database_that_is_no_longer_shared_holds_the_tool(desk: Desk) -> None:
    made = desk.create(Kind.TASK, "Write the summary")
    desk.person.unshare(Kind.TASK)
    with pytest.raises(HoldTool, match="share"):
        desk.connector.pull(None)
    with pytest.raises(HoldTool):
        desk.connector.read(Kind.TASK, made.id)
    with pytest.raises(HoldTool):
        desk.connector.find(desk.new_write(Kind.TASK, "Another"))
    assert isinstance(desk.delete(made), HoldTool)
