"""Writing single rows, and reading them directly."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from syncd.errors import Gone, SkipItem
from syncd.model.entities import Kind
from syncd.model.fields import FieldType
from syncd.model.ids import RemoteId
from syncd.model.remote import BODY, Op, Remote, Write
from syncd.model.schema import Fields
from syncd_notion.binding import Bound, differs
from syncd_notion.bodies import ANSWERS, Pairs, children_of, fit_answers
from syncd_notion.client import PAGE_SIZE, Api, Json
from syncd_notion.columns import COLUMNS
from syncd_notion.failures import StaleSchema
from syncd_notion.mapping import from_remote, mark_of, to_remote
from syncd_notion.outgoing import fit_value
from syncd_notion.pages import CREATED, completed, is_in, is_removed
from syncd_notion.registry import Registry
from syncd_notion.reviews import Answers
from syncd_notion.shape import Shape


class Writer:
    """Creates, updates and trashes rows; one request each but for rare repairs."""

    def __init__(self, api: Api, registry: Registry, answers: Answers) -> None:
        self._api = api
        self._answers = answers
        self._registry = registry
        self._sent: set[str] = set()

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one row. Raises ``Gone`` if it is in the trash, moved or not there."""
        bound = self._bound(kind)
        try:
            return self._remote(bound, self._api.page(remote))
        except Gone as error:
            raise self._gone(bound, error) from error

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
        asked = {"property": mark, "rich_text": {"equals": entity}}
        try:
            reply = self._api.query(bound.source, {"filter": asked, "page_size": PAGE_SIZE})
        except Gone as error:
            raise self._registry.lost(bound) from error
        shape = self._registry.shape(bound)
        rows = [row for row in reply["results"] if not is_removed(row)]
        return [row for row in rows if mark_of(shape, row) == entity]

    def write(self, write: Write) -> Remote | None:
        """Do one write. Raises only errors of ``syncd.errors``."""
        bound = self._bound(write.kind)
        try:
            return _DO[write.op](self, bound, write)
        except StaleSchema:
            self._registry.stale.add(write.kind)
            raise

    def create(self, bound: Bound, write: Write) -> Remote:
        """Add a row, or take the one that ``seen`` names out of the trash."""
        if bound.mark is None:
            raise SkipItem(
                f"The database '{bound.title}' has no property 'Sync ID', by which syncd knows"
                " its rows: run `syncd init` to add it."
            )
        if write.key in self._sent:
            made = self.find(write)
            if made is not None:
                return made
        self._sent.add(write.key)
        revived = self._revived(bound, write) if write.seen else None
        return revived or self._added(bound, write)

    def _added(self, bound: Bound, write: Write) -> Remote:
        properties = to_remote(self._registry.shape(bound), write.fields, mark=write.entity)
        try:
            page = self._api.create_page(bound.source, properties, _children(write))
            made, written = self._row(bound, page), _written(write)
            if written:
                asked = bool(write.fields.get(BODY))
                self._answers.made(page, written[ANSWERS], asked=asked)
            return replace(made, fields={**made.fields, **written})
        except Gone as error:
            self._registry.check(bound)
            raise SkipItem(
                "Notion does not find what this item refers to: sync again, then see"
                " `syncd status`."
            ) from error

    def _revived(self, bound: Bound, write: Write) -> Remote | None:
        """Restore the trashed page and bring it up to date; None if it is really gone."""
        if write.seen is None:
            return None
        try:
            page = self._api.update_page(write.seen.id, {"in_trash": False})
            if page.get("is_archived"):
                page = self._api.unarchive_page(write.seen.id)
        except Gone:
            self._registry.check(bound)
            return None
        if is_removed(page) or not is_in(page, bound.source, bound.database):
            return None
        shape = self._registry.shape(bound)
        properties = to_remote(shape, write.fields, write.seen, mark=write.entity)
        page = self._api.update_page(write.seen.id, {"properties": properties})
        return self._remote(bound, page)

    def update(self, bound: Bound, write: Write) -> Remote:
        """Change what differs; a text that reads the same keeps its formatting."""
        if write.seen is None:
            raise SkipItem("An update needs the item as last seen: sync again.")
        if ANSWERS in write.fields:
            known = _answers(write.seen.fields)
            self._answers.write(write.seen.id, _answers(write.fields), known)
        shape = self._registry.shape(bound)
        fields = {
            name: value
            for name, value in write.fields.items()
            if not _reads_the_same(shape, name, value, write.seen.fields)
        }
        mark = write.entity if write.seen.mark != write.entity else None
        properties = to_remote(shape, fields, write.seen, mark=mark)
        if not properties:
            return _as_written(self.read(write.kind, write.seen.id), write)
        try:
            page = self._api.update_page(write.seen.id, {"properties": properties})
            return _as_written(self._remote(bound, page), write)
        except Gone as error:
            raise self._gone(bound, error) from error

    def delete(self, bound: Bound, write: Write) -> None:
        """Put a row into the trash; one that is gone is what was wanted."""
        if write.seen is None:
            return
        try:
            self._api.trash_page(write.seen.id)
        except Gone:
            self._registry.check(bound)

    def _remote(self, bound: Bound, page: Json) -> Remote:
        if not is_in(page, bound.source, bound.database):
            raise Gone("The page was moved out of its database in Notion: move it back.")
        if is_removed(page):
            last = from_remote(self._registry.shape(bound), page)
            raise Gone(
                "The page is in Notion's trash: restore it there to go on with it.", last
            )
        return self._answers.told(self._row(bound, page), page)

    def _row(self, bound: Bound, page: Json) -> Remote:
        if differs(bound, page):
            self._registry.stale.add(bound.kind)
        shape = self._registry.shape(bound)
        return from_remote(shape, completed(self._api, shape, page))

    def _gone(self, bound: Bound, error: Gone) -> Gone:
        """Return the evidence, once it is sure that not the whole database is gone."""
        self._registry.check(bound)
        return error

    def _bound(self, kind: Kind) -> Bound:
        bound = self._registry.get(kind)
        if bound is None or not bound.learnt:
            raise SkipItem(f"There is no database for {kind} in Notion yet: run `syncd init`.")
        return bound


def _children(write: Write) -> list[Json] | None:
    """Return what the page of a new row begins with: the bodies of others are not ours."""
    if write.kind is not Kind.REVIEW:
        return None
    body = write.fields.get(BODY)
    return children_of(body if isinstance(body, tuple) else (), _answers(write.fields))


def _written(write: Write) -> dict[str, Pairs]:
    """Return what stands on the page of a new row, which the reply does not tell."""
    return {ANSWERS: fit_answers(_answers(write.fields))} if write.kind is Kind.REVIEW else {}


def _as_written(found: Remote, write: Write) -> Remote:
    """Return a row with the answers that were written.

    What else is on the page by now was written by the person meanwhile: the next pull tells it.
    """
    if ANSWERS not in write.fields:
        return found
    written = {ANSWERS: fit_answers(_answers(write.fields))}
    return replace(found, fields={**found.fields, **written})


def _answers(fields: Fields) -> Pairs:
    found = fields.get(ANSWERS)
    return found if isinstance(found, tuple) else ()


def _reads_the_same(shape: Shape, name: str, value: Any, seen: Fields) -> bool:
    """Say whether this text stands there already, in whatever formatting."""
    column, prop = COLUMNS[shape.kind].get(name), shape.properties.get(name)
    if column is None or prop is None or column.spec.type is not FieldType.TEXT:
        return False
    return name in seen and fit_value(column.spec, prop.type, value) == seen[name]


_DO: Mapping[Op, Callable[[Writer, Bound, Write], Remote | None]] = {
    Op.CREATE: Writer.create,
    Op.UPDATE: Writer.update,
    Op.DELETE: Writer.delete,
}
