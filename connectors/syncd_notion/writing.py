"""Writing single rows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from syncd.errors import Gone, SkipItem
from syncd.model.entities import Kind
from syncd.model.fields import FieldType
from syncd.model.remote import BODY, Op, Remote, Write
from syncd.model.schema import Fields
from syncd_notion.binding import Bound
from syncd_notion.bodies import ANSWERS, Pairs, children_of, fit_answers
from syncd_notion.border import Row
from syncd_notion.client import Api, Json
from syncd_notion.columns import COLUMNS
from syncd_notion.failures import StaleSchema
from syncd_notion.mapping import to_remote
from syncd_notion.outgoing import fit_value
from syncd_notion.pages import is_in, is_removed
from syncd_notion.reading import Reader
from syncd_notion.registry import Registry
from syncd_notion.replies import done, unclear
from syncd_notion.reviews import Answers
from syncd_notion.shape import Shape


class Writer(Reader):
    """Creates, updates and trashes rows; one request each but for rare repairs."""

    def __init__(self, api: Api, registry: Registry, answers: Answers) -> None:
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

    def create(self, bound: Bound, write: Write) -> Remote:
        """Add a row, or take the one that ``seen`` names out of the trash."""
        if bound.mark is None:
            raise SkipItem(
                f"The database '{bound.title}' has no property 'Sync ID', by which syncd knows"
                " its rows: run `syncd sync` to add it."
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
        except Gone as error:
            self._registry.check(bound)
            raise SkipItem(
                "Notion does not find what this item refers to: sync again, then see"
                " `syncd status`."
            ) from error
        made, written = self._made(bound, page, write), _written(write)
        if written:
            asked = bool(write.fields.get(BODY))
            self._answers.made(page, written[ANSWERS], asked=asked)
        return replace(made, fields={**made.fields, **written})

    def _revived(self, bound: Bound, write: Write) -> Remote | None:
        """Restore the trashed page and bring it up to date; None if it is really gone."""
        if write.seen is None:
            return None
        try:
            page = self._api.update_page(write.seen.id, {"in_trash": False})
            done(page, Row, write.seen.id)
            if page.get("is_archived"):
                page = self._api.unarchive_page(write.seen.id)
                done(page, Row, write.seen.id)
        except Gone:
            self._registry.check(bound)
            return None
        if is_removed(page) or not is_in(page, bound.source, bound.database):
            return None
        shape = self._registry.shape(bound)
        properties = to_remote(shape, write.fields, write.seen, mark=write.entity)
        page = self._api.update_page(write.seen.id, {"properties": properties})
        return self._now(bound, page, write.seen.id)

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
            return _as_written(self._now(bound, page, write.seen.id), write)
        except Gone as error:
            raise self._gone(bound, error) from error

    def delete(self, bound: Bound, write: Write) -> None:
        """Put a row into the trash; one that is gone is what was wanted."""
        if write.seen is None:
            return
        try:
            page = self._api.trash_page(write.seen.id)
        except Gone:
            self._registry.check(bound)
            return
        done(page, Row, write.seen.id)
        if not is_removed(page):
            raise unclear("in_trash")


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
