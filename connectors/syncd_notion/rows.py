"""Rows: read one by one, and written; what became of a write is read from its answer."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from syncd.connect.border import Pages, sort_out, unreadable
from syncd.errors import Gone, SkipItem, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import PAGE_CONTENT, Op, Remote, Write
from syncd.model.schema import Fields
from syncd.model.values import FieldType
from syncd_notion.border import (
    CREATED,
    EDITED,
    TITLE,
    NamedReply,
    RowReply,
    check_written,
    is_in,
    is_removed,
    parsed,
    reply_fault,
    title_of,
    unclear_write,
)
from syncd_notion.client import PAGE_SIZE, Json, NotionApi, StaleSchema, entries
from syncd_notion.codecs import UnreadableProperty
from syncd_notion.mapping import (
    COLUMNS,
    MARK,
    DatabaseSchema,
    from_remote,
    lacks_mark,
    mark_of,
    to_remote,
    values_by_id,
)
from syncd_notion.page_content import ANSWERS, Pairs, children_of, fit_answers
from syncd_notion.reviews import ReviewAnswers
from syncd_notion.schema import DatabaseBinding, DatabaseRegistry, differs


class RowReader:
    """Reads rows one by one, and turns rows of any listing into items of the plan."""

    def __init__(
        self, api: NotionApi, registry: DatabaseRegistry, answers: ReviewAnswers
    ) -> None:
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
        parsed(page, NamedReply)
        wrong_key = reply_fault(page, RowReply, asked)
        if wrong_key:
            named = {} if wrong_key == "id" else page
            raise SkipItem(unreadable(named, TITLE, title_of, wrong_key))

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

    def _marked(self, bound: DatabaseBinding, mark: str, entity: str) -> list[Json]:
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
        sorted_rows = sort_out(listed, RowReply, TITLE, title_of)
        for sentence in (*sorted_rows.unread.values(), *sorted_rows.nameless):
            raise SkipItem(sentence)  # it may be the one that is looked for
        for row in sorted_rows.good.values():
            if not is_in(row, bound.source, bound.database):
                raise SkipItem(unreadable(row, TITLE, title_of, "parent"))
        schema = self._registry.schema_of(bound)
        rows = [row for row in sorted_rows.good.values() if not is_removed(row)]
        return [row for row in rows if self._mark(schema, row) == entity]

    def _mark(self, schema: DatabaseSchema, row: Json) -> str:
        try:
            mark = mark_of(schema, row)
        except UnreadableProperty as error:
            raise SkipItem(unreadable(row, TITLE, title_of, MARK)) from error
        if not mark and lacks_mark(schema, row):
            raise SkipItem(unreadable(row, TITLE, title_of, MARK))
        return mark

    def item(self, schema: DatabaseSchema, row: Json) -> Remote:
        """Return a row as an item, without the answers on its page.

        Raises ``SkipItem`` where it can't be read.
        """
        try:
            return from_remote(schema, completed(self._api, self._related, schema, row))
        except StaleSchema:
            self._registry.stale.add(schema.kind)
            raise
        except UnreadableProperty as error:
            raise SkipItem(unreadable(row, TITLE, title_of, MARK)) from error

    def listed_item(self, schema: DatabaseSchema, row: Json) -> Remote:
        """Return a row of a listing as an item. Raises ``SkipItem`` as ``item`` does."""
        item = self.item(schema, row)
        if item.mark is None and lacks_mark(schema, row):
            raise SkipItem(unreadable(row, TITLE, title_of, MARK))
        return self._answers.with_answers(item, row)

    def last_item(self, bound: DatabaseBinding, row: Json) -> Remote | None:
        """Return what a removed row last held, as far as that can be read."""
        try:
            return from_remote(self._registry.schema_of(bound), row)
        except UnreadableProperty:
            return None

    def forget(self) -> None:
        """Drop the listings of relations that were interrupted."""
        self._related.forget()

    def _created(self, bound: DatabaseBinding, page: Json, write: Write) -> Remote:
        """Return a row that was just made. Raises ``Unclear`` where a reply is of another."""
        check_written(page, RowReply)
        if is_removed(page) or not is_in(page, bound.source, bound.database):
            raise unclear_write("parent")
        try:
            created = self._row(bound, page)
        except (TryLater, SkipItem) as error:
            raise unclear_write("properties") from error
        if created.mark not in (None, write.entity):
            raise unclear_write(MARK)
        return created

    def _changed(self, bound: DatabaseBinding, page: Json, asked: RemoteId) -> Remote:
        """Return a row from the answer to its change. Raises ``Unclear``, ``Gone``."""
        check_written(page, RowReply, asked)
        try:
            return self._remote(bound, page)
        except (TryLater, SkipItem) as error:
            raise unclear_write("properties") from error

    def _remote(self, bound: DatabaseBinding, page: Json) -> Remote:
        if not is_in(page, bound.source, bound.database):
            raise Gone("The page was moved out of its database in Notion: move it back.")
        if is_removed(page):
            last = self.last_item(bound, page)
            raise Gone(
                "The page is in Notion's trash: restore it there to go on with it.", last
            )
        return self._answers.with_answers(self._row(bound, page), page)

    def _row(self, bound: DatabaseBinding, page: Json) -> Remote:
        if differs(bound, page):
            self._registry.stale.add(bound.kind)
        return self.item(self._registry.schema_of(bound), page)

    def _gone(self, bound: DatabaseBinding, error: Gone) -> Gone:
        """Return the evidence, once it is sure that not the whole database is gone."""
        self._registry.check(bound)
        return error

    def _bound(self, kind: Kind) -> DatabaseBinding:
        bound = self._registry.get(kind)
        if bound is None or not bound.learnt:
            raise SkipItem(f"There is no database for {kind} in Notion yet: run `syncd sync`.")
        return bound


class RowWriter(RowReader):
    """Creates, updates and trashes rows; one request each but for rare repairs."""

    def __init__(
        self, api: NotionApi, registry: DatabaseRegistry, answers: ReviewAnswers
    ) -> None:
        super().__init__(api, registry, answers)
        self._sent: set[str] = set()

    def write(self, write: Write) -> Remote | None:
        """Do one write. Raises only errors of ``syncd.errors``."""
        bound = self._bound(write.kind)
        try:
            return _DO[write.op](self, bound, write)
        except StaleSchema:
            self._registry.stale.add(write.kind)
            raise

    def create(self, bound: DatabaseBinding, write: Write) -> Remote:
        """Add a row, or take the one that ``seen`` names out of the trash."""
        if bound.mark is None:
            raise SkipItem(
                f"The database '{bound.title}' has no property 'Sync ID', by which syncd knows"
                " its rows: run `syncd sync` to add it."
            )
        if write.key in self._sent:
            created = self.find(write)
            if created is not None:
                return created
        self._sent.add(write.key)
        revived = self._revived(bound, write) if write.seen else None
        return revived or self._added(bound, write)

    def _added(self, bound: DatabaseBinding, write: Write) -> Remote:
        properties = to_remote(self._registry.schema_of(bound), write.fields, mark=write.entity)
        try:
            page = self._api.create_page(bound.source, properties, _children(write))
        except Gone as error:
            self._registry.check(bound)
            raise SkipItem(
                "Notion does not find what this item refers to: sync again, then see"
                " `syncd status`."
            ) from error
        created, written = self._created(bound, page, write), _written(write)
        if written:
            asked = bool(write.fields.get(PAGE_CONTENT))
            self._answers.remember_new(page, written[ANSWERS], asked=asked)
        return replace(created, fields={**created.fields, **written})

    def _revived(self, bound: DatabaseBinding, write: Write) -> Remote | None:
        """Restore the trashed page and bring it up to date; None if it is really gone."""
        if write.seen is None:
            return None
        try:
            page = self._api.update_page(write.seen.id, {"in_trash": False})
            check_written(page, RowReply, write.seen.id)
            if page.get("is_archived"):
                page = self._api.unarchive_page(write.seen.id)
                check_written(page, RowReply, write.seen.id)
        except Gone:
            self._registry.check(bound)
            return None
        if is_removed(page) or not is_in(page, bound.source, bound.database):
            return None
        schema = self._registry.schema_of(bound)
        properties = to_remote(schema, write.fields, write.seen, mark=write.entity)
        page = self._api.update_page(write.seen.id, {"properties": properties})
        return self._changed(bound, page, write.seen.id)

    def update(self, bound: DatabaseBinding, write: Write) -> Remote:
        """Change what differs; a text that reads the same keeps its formatting."""
        if write.seen is None:
            raise SkipItem("An update needs the item as last seen: sync again.")
        if ANSWERS in write.fields:
            known = _answers(write.seen.fields)
            self._answers.write(write.seen.id, _answers(write.fields), known)
        schema = self._registry.schema_of(bound)
        fields = {
            name: value
            for name, value in write.fields.items()
            if not _reads_the_same(schema, name, value, write.seen.fields)
        }
        mark = write.entity if write.seen.mark != write.entity else None
        properties = to_remote(schema, fields, write.seen, mark=mark)
        if not properties:
            return _as_written(self.read(write.kind, write.seen.id), write)
        try:
            page = self._api.update_page(write.seen.id, {"properties": properties})
            return _as_written(self._changed(bound, page, write.seen.id), write)
        except Gone as error:
            raise self._gone(bound, error) from error

    def delete(self, bound: DatabaseBinding, write: Write) -> None:
        """Put a row into the trash; one that is gone is what was wanted."""
        if write.seen is None:
            return
        try:
            page = self._api.trash_page(write.seen.id)
        except Gone:
            self._registry.check(bound)
            return
        check_written(page, RowReply, write.seen.id)
        if not is_removed(page):
            raise unclear_write("in_trash")


def _children(write: Write) -> list[Json] | None:
    """Return what the page of a new row begins with: the bodies of others are not ours."""
    if write.kind is not Kind.REVIEW:
        return None
    body = write.fields.get(PAGE_CONTENT)
    return children_of(body if isinstance(body, tuple) else (), _answers(write.fields))


def _written(write: Write) -> dict[str, Pairs]:
    """Return what stands on the page of a new row, which the reply does not have."""
    return {ANSWERS: fit_answers(_answers(write.fields))} if write.kind is Kind.REVIEW else {}


def _as_written(item: Remote, write: Write) -> Remote:
    """Return a row with the answers that were written.

    What else is on the page by now was written by the person meanwhile: the next pull has it.
    """
    if ANSWERS not in write.fields:
        return item
    written = {ANSWERS: fit_answers(_answers(write.fields))}
    return replace(item, fields={**item.fields, **written})


def _answers(fields: Fields) -> Pairs:
    answers = fields.get(ANSWERS)
    return answers if isinstance(answers, tuple) else ()


def _reads_the_same(schema: DatabaseSchema, name: str, value: Any, seen: Fields) -> bool:
    """Say whether this text stands there already, in whatever formatting."""
    column, prop = COLUMNS[schema.kind].get(name), schema.properties.get(name)
    if column is None or prop is None or column.spec.type is not FieldType.TEXT:
        return False
    return name in seen and column.fit(prop, value) == seen[name]


_DO: Mapping[Op, Callable[[RowWriter, DatabaseBinding, Write], Remote | None]] = {
    Op.CREATE: RowWriter.create,
    Op.UPDATE: RowWriter.update,
    Op.DELETE: RowWriter.delete,
}


def completed(api: NotionApi, pages: Pages, schema: DatabaseSchema, page: Json) -> Json:
    """Return ``page`` with its relations whole. Raises ``SkipItem`` where they can't be read.

    A reply shows at most 25 related pages, and ``has_more`` (recorded replies).
    """
    values = values_by_id(page)
    whole: dict[str, Any] = {}
    for prop in schema.properties.values():
        value = values.get(prop.key, {})
        if prop.type == "relation" and value.get("has_more") is True:
            related = _related(api, pages, page, prop.id)
            whole[prop.key] = {**value, "relation": related, "has_more": False}
    if not whole:
        return page
    return {**page, "properties": {**values, **whole}}


def _related(api: NotionApi, pages: Pages, page: Json, prop: str) -> list[Any]:
    """Return what a relation holds; an entry that names no page is None."""
    name = str(page["id"])
    key = f"{name} {prop} {page.get(EDITED)}"
    try:
        items = entries(pages, key, lambda start: api.page_property(name, prop, start))
    except Gone as error:  # it went between two requests
        raise SkipItem(
            "Notion does not show all that a page is related to: syncd reads it again later."
        ) from error
    return [item.get("relation") if isinstance(item, Mapping) else None for item in items]
