"""What a search may begin from, and which timetables are good enough to be given back."""

from collections.abc import Iterable, Sequence

from syncd.schedule.arrangement import Arrangement
from syncd.schedule.board import Board
from syncd.schedule.earliest_due import serve
from syncd.schedule.problem import Hold
from syncd.schedule.repair import fill
from syncd.schedule.result import recognised, timetable
from syncd.schedule.standing import firm, kept, trim
from syncd.schedule.timetable import Timetable


class Floor:
    """What earliest due first makes of a problem, while all stays that may stay.

    Nothing is given back that leaves more minutes without a place than that, but where it
    places more effort, weighed by what its tasks matter.
    """

    def __init__(self, board: Board) -> None:
        soonest = kept(board)
        for task in range(len(board.tasks)):
            trim(soonest, task)
        serve(soonest)
        self.soonest = soonest
        self._weights = {work.id: work.weight for work in board.problem.works}
        self._minutes, self._weighed = self._lacking(timetable(soonest))

    def filled(self) -> Arrangement:
        """Return it with what can be placed besides."""
        made = self.soonest.copy()
        fill(made)
        return made

    def first(self, found: Iterable[Timetable]) -> Timetable:
        """Return the first timetable that is good enough."""
        return next(filter(self.holds, found), timetable(self.soonest))

    def best(self, found: Iterable[Timetable]) -> Timetable:
        """Return the cheapest timetable that is good enough, the first of equals."""
        good = [one for one in found if self.holds(one)]
        return min(good or [timetable(self.soonest)], key=lambda one: one.score.total)

    def holds(self, found: Timetable) -> bool:
        """Say whether a timetable is good enough."""
        minutes, weighed = self._lacking(found)
        return minutes <= self._minutes or weighed < self._weighed

    def _lacking(self, found: Timetable) -> tuple[int, float]:
        left = found.unplaced
        return sum(left.values()), sum(self._weights[one] * left[one] for one in left)


def afresh(board: Board, least: Hold) -> list[Arrangement]:
    """Return what can be had while only what stands so firmly stays: by due dates, and by
    weight. Nothing where all stands so firmly: that is what can be had anyway."""
    if all(origin.block.hold >= least for origin in board.origins):
        return []
    soonest, weighed = firm(board, least), firm(board, least)
    serve(soonest)
    fill(soonest)
    fill(weighed)
    return [recognised(soonest), recognised(weighed)]


def cheapest(starts: Sequence[Arrangement], floor: Floor) -> Arrangement:
    """Return the cheapest of some starts that is good enough, the first of equals."""
    good = [one for one in starts if floor.holds(timetable(one))]
    return min(good or [floor.soonest], key=Arrangement.cost)
