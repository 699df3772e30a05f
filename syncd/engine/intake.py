"""Taking several tools' readings into the plan, at once: less those whose tool fails."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from syncd.engine.apply_pulls import PullApplier
from syncd.engine.blocks.service import BlockService
from syncd.engine.context import Context
from syncd.engine.holds import Holds
from syncd.engine.pull import PullResult
from syncd.engine.rules import follow_rules
from syncd.engine.tool import ToolFault
from syncd.engine.tool_status import ToolStatus, record_success
from syncd.engine.translate import remember_unmapped
from syncd.engine.unit_of_work import UnitOfWork
from syncd.errors import StateTrouble
from syncd.model.ids import ToolName
from syncd.redaction import get_logger
from syncd.store.rows import ToolProblem

log = get_logger("syncd.engine")

_MOST_SAID = 10
"""Sentences about items of one tool that can't be read."""


@dataclass
class Applied:
    """What became of readings. accepted: those that are in the plan now."""

    accepted: list[PullResult] = field(default_factory=list)
    changes: int = 0
    conflicts: int = 0
    matches: list[str] = field(default_factory=list)
    failed: dict[ToolName, Exception] = field(default_factory=dict)

    def add(self, other: "Applied") -> None:
        """Add what became of others."""
        self.accepted += other.accepted
        self.changes += other.changes
        self.conflicts += other.conflicts
        self.matches += other.matches
        self.failed |= other.failed


class _OnlyTried(Exception):
    """Ends a transaction that was only to show whether it would go well."""


@dataclass
class Intake:
    """Merges what was read into the plan and lets its rules follow; one transaction.

    Where that fails, the tool whose reading or connector is at fault is left out, nothing
    of it is taken in, and all else is taken in anew.
    """

    context: Context
    holds: Holds
    blocks: BlockService

    def take(self, pulls: Sequence[PullResult]) -> Applied:
        """Take these in; raises what is no tool's fault."""
        left, failed = list(pulls), dict[ToolName, Exception]()
        while True:
            try:
                taken = self._take(left)
            except ToolFault as fault:
                failed |= self._found_out(left, {fault.tool: fault.error}, fault)
            except StateTrouble:
                raise
            except Exception as error:  # noqa: BLE001  # one tool's reading ends its lane alone
                guilty = self._guilty(left, error)
                if not guilty:
                    taken = self._one_by_one(left)
                    break
                failed |= self._found_out(left, guilty, error)
            else:
                break
            left = [result for result in left if result.tool.name not in failed]
        taken.failed |= failed
        return taken

    def _found_out(
        self, pulls: Sequence[PullResult], guilty: dict[ToolName, Exception], error: Exception
    ) -> dict[ToolName, Exception]:
        """Return whose fault it is; raises where that is none of those that were read."""
        if not guilty.keys() & {pull.tool.name for pull in pulls}:
            raise error
        for name, fault in guilty.items():
            log.error("a tool failed unexpectedly", tool=name, exc_info=fault)
        return guilty

    def _guilty(
        self, pulls: Sequence[PullResult], error: Exception
    ) -> dict[ToolName, Exception]:
        """Return whose reading can't be taken in, though it is alone; raises where it is
        the plan's own rules that fail."""
        if self._tried([]) is not None:
            raise error
        tried = {pull.tool.name: self._tried([pull]) for pull in pulls}
        return {name: fault for name, fault in tried.items() if fault is not None}

    def _tried(self, pulls: Sequence[PullResult]) -> Exception | None:
        """Take these in, in vain; return what that fails with."""
        try:
            with self.context.store.transaction():
                self._merge(pulls)
                raise _OnlyTried  # noqa: TRY301  # what was written is to be taken back
        except _OnlyTried:
            return None
        except StateTrouble:
            raise
        except ToolFault as fault:
            return fault.error
        except Exception as error:  # noqa: BLE001  # told by who it is that asked
            return error

    def _one_by_one(self, pulls: Sequence[PullResult]) -> Applied:
        """What fails only together is taken in one after the other."""
        whole = Applied()
        for pulled in pulls:
            try:
                whole.add(self._take([pulled]))
            except StateTrouble:
                raise
            except Exception as error:  # one tool's reading ends its lane alone
                log.exception("a tool failed unexpectedly", tool=pulled.tool.name)
                whole.failed[pulled.tool.name] = error
        return whole

    def _take(self, pulls: Sequence[PullResult]) -> Applied:
        with self.context.store.transaction():
            return self._merge(pulls)

    def _merge(self, pulls: Sequence[PullResult]) -> Applied:
        work = UnitOfWork.fresh(self.context)
        judged = [self.holds.accepts_pull(pulled, work) for pulled in pulls]
        accepted = [pulled for pulled in judged if pulled is not None]
        applier = PullApplier(self.context, work)
        applier.apply(accepted)
        work.commit()
        follow_rules(self.context, work)
        work.commit()
        for pulled in accepted:
            again = pulled.short or pulled.passed_over or pulled.tool.name in applier.waiting
            self._record(pulled, keep_cursor=again or _is_doubtful(pulled))
        return Applied(
            accepted=accepted,
            changes=len(work.before),
            conflicts=work.conflicts,
            matches=applier.matches,
        )

    def _record(self, pulled: PullResult, *, keep_cursor: bool) -> None:
        """Write down where reading goes on, and what the container's state is."""
        store, name = self.context.store, pulled.tool.name
        store.tools.clear_problems(name, None)
        sentences = dict.fromkeys(
            [
                *pulled.binding.problems,
                *pulled.pull.problems,
                *_some(list(pulled.unreadable.values())),
                *self.blocks.record_busy(pulled),
            ]
        )
        store.tools.put_problems(
            ToolProblem(tool=name, entity=None, field=str(place), sentence=sentence)
            for place, sentence in enumerate(sentences)
        )
        remember_unmapped(store, pulled.tool, pulled.pull.unmapped_fields)
        if store.tools.get(name).last_ok is None:  # switched on just now: it lacks everything
            store.links.mark_all_dirty(name)
        cursor = None if keep_cursor else pulled.pull.cursor
        record_success(ToolStatus(self.context, pulled.tool, self.holds.report(name)), cursor)


def _some(sentences: list[str]) -> list[str]:
    """Return what is said of items that can't be read: not of each of very many."""
    more = len(sentences) - _MOST_SAID
    if more <= 0:
        return sentences
    return [*sentences[:_MOST_SAID], f"{more} more can't be read: they are left as they were."]


def _is_doubtful(pulled: PullResult) -> bool:
    """Say whether what was read has to show again.

    A value that could not be read may have been garbled on its way: the person's edit of it
    would never be told of again. What comes again just as it was is taken to be so.
    """
    return bool(pulled.unreadable) or any(item.problems for item in pulled.changed)
