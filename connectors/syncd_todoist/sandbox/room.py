"""How much an account holds: what is too much is refused, and nothing is done."""

from collections.abc import Iterable

from syncd_todoist.sandbox.state import State
from syncd_todoist.sandbox.wire import ApiError, Json, limit_reached


class Room:
    """What there is room for in one account."""

    def __init__(self, state: State) -> None:
        self._state = state

    def for_items(self, project: str, coming: Iterable[Json] | int = 1) -> None:
        """Refuse more active tasks than a project holds.

        coming: how many, or those that would be active there; those that are there
        already count once.
        """
        there = {it["id"] for it in self._state.active_items() if it["project_id"] == project}
        if isinstance(coming, int):
            count = len(there) + coming
        else:
            count = len(there | {raw["id"] for raw in coming})
        most = self._state.switches.limits.tasks_per_project
        if count > max(most, len(there)):
            raise self._refused("ITEMS", most)

    def for_section(self, project: str) -> None:
        """Refuse one more section than a project holds."""
        there = [it for it in self._state.live("sections") if it["project_id"] == project]
        self._one_more("SECTIONS", len(there), self._state.switches.limits.sections_per_project)

    def for_project(self) -> None:
        """Refuse one more active project than the account's plan has."""
        there = [it for it in self._state.live("projects") if not it["inbox_project"]]
        self._one_more("PROJECTS", len(there), self._state.switches.most_projects)

    def for_label(self) -> None:
        """Refuse one more personal label than there may be."""
        there = sum(1 for _ in self._state.live("labels"))
        self._one_more("LABELS", there, self._state.switches.limits.labels)

    def _one_more(self, what: str, there: int, most: int) -> None:
        if there >= most:
            raise self._refused(what, most)

    def _refused(self, what: str, most: int) -> ApiError:
        return limit_reached(what, most, self._state.switches.limits.refused_with)
