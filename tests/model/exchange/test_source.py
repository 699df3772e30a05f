import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import Mistake
from syncd.model.exchange.output import Problems
from syncd.model.exchange.yaml import DEEPEST, LONGEST, Table, data_of


def read(text: str) -> Any:
    problems = Problems()
    data = data_of(text, problems)
    assert problems.all() == ()
    return data


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", None),
        ("# nothing but a comment", None),
        ("goals:", {"goals": None}),
        ("title: No", {"title": "No"}),
        ("due: 2026-02-30", {"due": "2026-02-30"}),
        ("at: 18:00", {"at": "18:00"}),
        ("number: 007", {"number": "007"}),
        ("- ~\n- null\n- 'null'\n- ''", [None, None, "null", ""]),
        ("a: {b: [c, d]}", {"a": {"b": ["c", "d"]}}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("\ufeffa: 1", {"a": "1"}),
        ('{"a": 1, "b": [true, null]}', {"a": 1, "b": [True, None]}),
        ("[1, x]", ["1", "x"]),
        ("!!python/object/apply:os.system [ls]", ["ls"]),
    ],
)
def test_every_scalar_stays_the_text_that_was_written(text: str, data: Any) -> None:
    assert read(text) == data


def test_a_map_knows_its_line() -> None:
    data = read("goals:\n\n  - title: a\n  - title: b\n")
    assert [item.line for item in data["goals"] if isinstance(item, Table)] == [3, 4]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            "a: [1,\nb: 2\n", "line 3, column 1, in what begins on line 1", id="broken"
        ),
        pytest.param("a: 1\n\tb: 2", "line 2", id="a-tab"),
        pytest.param("{'a': }}", "line 1", id="broken-json"),
        pytest.param("a: &x [1]\nb: *x", "Line 2", id="an-alias"),
        pytest.param("a: 1\n---\nb: 2", "line 2", id="two-documents"),
        pytest.param("? [a, b]\n: 1", "Line 1", id="a-list-for-a-name"),
        pytest.param("[" * (DEEPEST + 1), "nested too deeply", id="too-deep"),
        pytest.param('{"a":' * 200_000, "nested too deeply", id="far-too-deep"),
        pytest.param("a: " + "x" * LONGEST, "too long", id="too-long"),
        pytest.param("a: \x00", "UTF-8", id="a-control-character"),
        pytest.param("a: \ud800", "UTF-8", id="half-a-character"),
    ],
)
def test_a_text_that_can_not_be_read_gets_one_sentence_with_the_place(
    text: str, says: str
) -> None:
    with pytest.raises(Mistake) as caught:
        read(text)
    assert says in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    layers = ["a0: &a0 [x, x]"]
    layers += [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
    with pytest.raises(Mistake, match="refers to another place"):
        read("\n".join(layers))


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3\n", '{"a": 1, "b": 2, "a": 3}'])
def test_a_name_that_stands_there_twice_is_told_and_the_first_counts(text: str) -> None:
    problems = Problems()
    data = data_of(text, problems)
    assert {name: str(value) for name, value in data.items()} == {"a": "1", "b": "2"}
    (sentence,) = problems.all()
    assert "'a' stands there twice" in sentence


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        data_of(text, Problems())
    except Mistake as refusal:
        said = str(refusal)
    else:
        said = "."
    assert said.endswith(".")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON))
def test_json_is_read_as_json(data: dict[str, Any]) -> None:
    assert read(json.dumps(data)) == data
