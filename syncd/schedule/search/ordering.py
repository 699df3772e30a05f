"""In which order tasks are served: those that others wait for, then by due date and weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from syncd.schedule.problem import TaskDemand

NEVER = 1 << 60
"""A minute that does not come: the due date of what has none."""

Links = list[tuple[int, ...]]
"""For each task by its number, the numbers of others."""


@dataclass(frozen=True, slots=True)
class Order:
    """ranked: the numbers of tasks, first served first. before: whom each one waits for,
    less what goes round in a circle. urgent: its due date, or an earlier one of a task
    that waits for it."""

    ranked: tuple[int, ...]
    before: Links
    urgent: tuple[int, ...]


def in_order(works: Sequence[TaskDemand]) -> Order:
    """Return the order of some tasks; whatever goes round in a circle is cut once."""
    number = {work.id: index for index, work in enumerate(works)}
    wished: Links = [
        tuple(sorted({number[one] for one in work.after if one in number} - {index}))
        for index, work in enumerate(works)
    ]
    ranked = _ranked(wished, [(index,) for index in range(len(works))])
    place = {index: at for at, index in enumerate(ranked)}
    before: Links = [
        tuple(one for one in those if place[one] < place[index])
        for index, those in enumerate(wished)
    ]
    urgent = [NEVER if work.due is None else work.due for work in works]
    for index in reversed(ranked):
        for one in before[index]:
            urgent[one] = min(urgent[one], urgent[index])
    keys = [(urgent[i], -work.weight, i) for i, work in enumerate(works)]
    return Order(tuple(_ranked(before, keys)), before, tuple(urgent))


def turned(links: Links) -> Links:
    """Return the links the other way round."""
    found: list[list[int]] = [[] for _ in links]
    for index, those in enumerate(links):
        for one in those:
            found[one].append(index)
    return [tuple(those) for those in found]


def _ranked(before: Links, keys: Sequence[tuple[float, ...]]) -> list[int]:
    """Return all numbers, each behind those before it, else by key."""
    after = turned(before)
    open_ = [len(those) for those in before]
    ready = [(keys[index], index) for index, count in enumerate(open_) if count == 0]
    heapify(ready)
    ranked: list[int] = []
    done: set[int] = set()
    while len(ranked) < len(before):
        if not ready:
            cut = _in_circle(before, done)
            ready.append((keys[cut], cut))
        index = heappop(ready)[1]
        if index in done:
            continue
        done.add(index)
        ranked.append(index)
        for one in after[index]:
            open_[one] -= 1
            if open_[one] == 0:
                heappush(ready, (keys[one], one))
    return ranked


def _in_circle(before: Links, done: set[int]) -> int:
    """Return a number that waits for itself by way of others."""
    index = next(i for i in range(len(before)) if i not in done)
    seen: set[int] = set()
    while index not in seen:
        seen.add(index)
        index = next(one for one in before[index] if one not in done)
    return index
