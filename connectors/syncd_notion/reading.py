"""Reading single rows directly, and telling from the answer to a write what became of one."""

from syncd.connect.border import Pages, sort_out, unreadable
from syncd.errors import Gone, SkipItem, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Remote, Write
from syncd_notion.binding import Bound, differs
from syncd_notion.border import TITLE, Named, Row, title_of
from syncd_notion.client import PAGE_SIZE, Api, Json
from syncd_notion.columns import MARK
from syncd_notion.failures import StaleSchema
from syncd_notion.incoming import Unreadable
from syncd_notion.mapping import from_remote, lacks_mark, mark_of
from syncd_notion.pages import CREATED, completed, entries, is_in, is_removed
from syncd_notion.registry import Registry
from syncd_notion.replies import done, told, unclear, wrong_with
from syncd_notion.reviews import Answers
from syncd_notion.shape import Shape


class Reader:
    """Reads rows one by one."""

    def __init__(self, api: Api, registry: Registry, answers: Answers) -> None:
        self._api = api
        self._answers = answers
        self._registry = registry
        self._related = Pages(TITLE)

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one row. Raises ``Gone`` if it is in the trash, moved or not there."""
        bound = self._bound(kind)
        try:
            page = self._api.page(remote)
            self._check(page, remote)
            return self._remote(bound, page)
        except Gone as error:
            raise self._gone(bound, error) from error

    def _check(self, page: Json, asked: RemoteId) -> None:
        """Raise ``SkipItem`` where a page can't be read, ``TryLater`` where it is none."""
        told(page, Named)
        wrong = wrong_with(page, Row, asked)
        if wrong:
            named = {} if wrong == "id" else page
            raise SkipItem(unreadable(named, TITLE, title_of, wrong))

    def find(self, write: Write) -> Remote | None:
        """Return the row that carries the entity's id; of several, the oldest."""
        bound = self._bound(write.kind)
        if bound.mark is None:
            return None
        try:
            rows = self._marked(bound, bound.mark.id, write.entity)
        except StaleSchema:
            bound = self._registry.learn(bound)
            rows = self._marked(bound, bound.mark.name, write.entity) if bound.mark else []
        if not rows:
            return None
        return self._remote(bound, min(rows, key=lambda row: str(row.get(CREATED) or "")))

    def _marked(self, bound: Bound, mark: str, entity: str) -> list[Json]:
        """Return the rows with this mark; Notion itself compares without case."""
        equals = {"property": mark, "rich_text": {"equals": entity}}
        body: Json = {"filter": equals, "page_size": PAGE_SIZE}

        def ask(start: str | None) -> Json:
            return self._api.query(
                bound.source, body | ({"start_cursor": start} if start else {})
            )

        try:
            listed = entries(Pages(TITLE), mark, ask)
        except Gone as error:
            raise self._registry.lost(bound) from error
        found = sort_out(listed, Row, TITLE, title_of)
        for sentence in (*found.unread.values(), *found.nameless):
            raise SkipItem(sentence)  # it may be the one that is looked for
        for row in found.good.values():
            if not is_in(row, bound.source, bound.database):
                raise SkipItem(unreadable(row, TITLE, title_of, "parent"))
        shape = self._registry.shape(bound)
        rows = [row for row in found.good.values() if not is_removed(row)]
        return [row for row in rows if self._mark(shape, row) == entity]

    def _mark(self, shape: Shape, row: Json) -> str:
        try:
            mark = mark_of(shape, row)
        except Unreadable as error:
            raise SkipItem(unreadable(row, TITLE, title_of, MARK)) from error
        if not mark and lacks_mark(shape, row):
            raise SkipItem(unreadable(row, TITLE, title_of, MARK))
        return mark

    def _made(self, bound: Bound, page: Json, write: Write) -> Remote:
        """Return a row that was just made. Raises ``Unclear`` where a reply tells of another."""
        done(page, Row)
        if is_removed(page) or not is_in(page, bound.source, bound.database):
            raise unclear("parent")
        try:
            made = self._row(bound, page)
        except (TryLater, SkipItem) as error:
            raise unclear("properties") from error
        if made.mark not in (None, write.entity):
            raise unclear(MARK)
        return made

    def _now(self, bound: Bound, page: Json, asked: RemoteId) -> Remote:
        """Return a row from the answer to its change. Raises ``Unclear``, ``Gone``."""
        done(page, Row, asked)
        try:
            return self._remote(bound, page)
        except (TryLater, SkipItem) as error:
            raise unclear("properties") from error

    def _remote(self, bound: Bound, page: Json) -> Remote:
        if not is_in(page, bound.source, bound.database):
            raise Gone("The page was moved out of its database in Notion: move it back.")
        if is_removed(page):
            last = self._last(bound, page)
            raise Gone(
                "The page is in Notion's trash: restore it there to go on with it.", last
            )
        return self._answers.told(self._row(bound, page), page)

    def _row(self, bound: Bound, page: Json) -> Remote:
        if differs(bound, page):
            self._registry.stale.add(bound.kind)
        shape = self._registry.shape(bound)
        try:
            return from_remote(shape, completed(self._api, self._related, shape, page))
        except StaleSchema:
            self._registry.stale.add(bound.kind)
            raise
        except Unreadable as error:
            raise SkipItem(unreadable(page, TITLE, title_of, MARK)) from error

    def _last(self, bound: Bound, page: Json) -> Remote | None:
        """Return what a removed row last held, as far as that can be read."""
        try:
            return from_remote(self._registry.shape(bound), page)
        except Unreadable:
            return None

    def _gone(self, bound: Bound, error: Gone) -> Gone:
        """Return the evidence, once it is sure that not the whole database is gone."""
        self._registry.check(bound)
        return error

    def _bound(self, kind: Kind) -> Bound:
        bound = self._registry.get(kind)
        if bound is None or not bound.learnt:
            raise SkipItem(f"There is no database for {kind} in Notion yet: run `syncd sync`.")
        return bound
