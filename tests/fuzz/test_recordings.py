"""Whatever one reply says, only syncd's errors and plain data come out of a connector."""

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.connectors.syncd_google import test_recordings as google
from tests.connectors.syncd_notion import test_recordings as notion
from tests.connectors.syncd_todoist import test_recordings as todoist
from tests.examples import examples
from tests.fuzz.overheard import Story, hold, replies

STORIES: dict[str, Story] = {
    "google: a milestone": google.test_a_milestone_goes_there_and_back,
    "google: a block": google.test_a_block_goes_there_and_back,
    "google: busy time": google.test_busy_time_is_read,
    "notion: a goal and its task": notion.test_a_goal_and_its_task_go_there_and_back,
    "notion: a review": notion.test_a_review_s_page_is_made_read_and_answered,
    "todoist: a goal and a task": todoist.test_a_goal_and_a_task_from_beginning_to_end,
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_story_that_nobody_changes_comes_out_whole(story: Story, tmp_path: Path) -> None:
    chance = random.Random(0)  # noqa: S311 - no secret
    assert hold(story, tmp_path, -1, chance) == []


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
@settings(examples(60), phases=(Phase.generate,))
@given(data=st.data())
def test_one_wrong_reply_is_told_in_syncd_s_own_words(
    story: Story, data: st.DataObject
) -> None:
    turn = data.draw(st.integers(0, replies(story) - 1))
    chance = data.draw(st.randoms(use_true_random=False))
    with tempfile.TemporaryDirectory() as scratch:
        assert hold(story, Path(scratch), turn, chance) == []
