"""Why blocks are where they are, why they moved, and why some effort has none.

Only what the problem itself shows is said; titles and dates are the person's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.model.ids import EntityId
from syncd.schedule.arrangement import Arrangement
from syncd.schedule.board import Piece
from syncd.schedule.causes import NOTHING_LEFT, cause
from syncd.schedule.lacks import lack
from syncd.schedule.numbering import board
from syncd.schedule.objective import day_number, edges
from syncd.schedule.positions import STARTS_SOON, position
from syncd.schedule.problem import Hold, Problem
from syncd.schedule.timetable import Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """placed: a short sentence for every block of the timetable, in its order. moved,
    dropped: by the id of the standing block, a clause that goes after a colon; unplaced:
    by task, such a clause too."""

    placed: tuple[str, ...]
    moved: Mapping[EntityId, str]
    dropped: Mapping[EntityId, str]
    unplaced: Mapping[EntityId, str]


def reasons(problem: Problem, timetable: Timetable) -> Reasons:
    """Return why a timetable is as it is; it is one of this problem, as a planner made it."""
    arrangement = Arrangement(board(problem))
    pieces = _pieces(arrangement, timetable)
    for piece in pieces:
        arrangement.put(piece)
    now_at = {block.id: block.span for block in timetable.blocks}
    told = {
        number: cause(arrangement, number, now_at.get(origin.block.id))
        for number, origin in enumerate(arrangement.board.origins)
        if now_at.get(origin.block.id) != origin.block.span
    }
    known = {
        arrangement.board.origins[number].block.id: words for number, words in told.items()
    }
    gone = {
        block.id: known.get(block.id, NOTHING_LEFT)
        for block in problem.standing
        if block.hold is not Hold.FIXED and block.id not in now_at
    }
    frozen = {block.id for block in problem.standing if block.hold is Hold.FROZEN}
    return Reasons(
        placed=tuple(
            STARTS_SOON if block.id in frozen else position(arrangement, piece)
            for block, piece in zip(timetable.blocks, pieces, strict=True)
        ),
        moved={block: words for block, words in known.items() if block not in gone},
        dropped=gone,
        unplaced={task: lack(arrangement, task) for task in timetable.unplaced},
    )


def _pieces(arrangement: Arrangement, timetable: Timetable) -> list[Piece]:
    bounds = edges(arrangement.board.problem)
    number = {task.work.id: at for at, task in enumerate(arrangement.board.tasks)}
    return [
        arrangement.piece(
            number[block.task],
            day_number(bounds, block.span.start),
            (block.span.start, block.span.end),
        )
        for block in timetable.blocks
    ]
