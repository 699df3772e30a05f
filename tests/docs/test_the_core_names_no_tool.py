"""The core speaks of tools by the title that each gives itself: another may come."""

import re
from pathlib import Path

NAMES = re.compile(r"notion|google|todoist", re.IGNORECASE)
MAY = {
    "cli/app.py": "the command says what the product is",
    "cli/lookup.py": "an example of a table in the settings",
    "testing/in_memory_capabilities.py": "what the services in memory are like",
    "testing/tool_laws.py": "links as an event holds them",
    "testing/harness.py": "links as an event holds them",
    "testing/scrubbing.py": "what must not stand in a recording",
    "model/remote.py": "links as an event holds them",
}


def test_no_part_of_the_core_names_a_tool_but_those_that_say_why(root: Path) -> None:
    core = root / "syncd"
    naming = {
        str(path.relative_to(core))
        for path in core.rglob("*.py")
        if NAMES.search(path.read_text(encoding="utf-8"))
    }
    assert naming == set(MAY)
