"""Values as text."""

import subprocess
import sys

import pytest

SHOW = """
from syncd.model.schema import text_of
print(text_of(frozenset({"reading", "evening", "deep", "online", "café"})))
"""


@pytest.mark.parametrize("seed", ["1", "2", "3", "4"])
def test_labels_are_the_same_text_in_every_process(seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        env={"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == '["caf\\u00e9", "deep", "evening", "online", "reading"]\n'
