"""What a person does in the workspace by hand."""

from datetime import date
from typing import Any

from syncd.model.entities import Kind
from syncd.model.schema import FIELDS
from syncd.model.values import Value
from syncd_notion.sandbox import as_read, blocks, schema
from syncd_notion.sandbox.as_read import COLUMNS, TABLES, iso_of, option_of, read_cell
from syncd_notion.sandbox.objects import (
    DataSource,
    NotionBlock,
    NotionPage,
    SchemaProperty,
    title_of,
)
from syncd_notion.sandbox.rich_text import Run, plain, run_of
from syncd_notion.sandbox.workspace import USER, NotionWorkspace

_TEXTS = ("title", "rich_text")


class NotionUser:
    """The person, by what they read: titles of databases, pages and columns.

    Where several pages share a title, an act takes an id of ``ids`` in its place.
    """

    def __init__(self, workspace: NotionWorkspace) -> None:
        self._workspace = workspace

    # What every sandbox's person can do.

    def titles(self, kind: Kind) -> list[str]:
        """Return the titles of a database's pages, newest first."""
        return [title_of(page) for page in self._workspace.rows(self.source(kind))]

    def shows(self, kind: Kind, title: str) -> dict[str, Value]:
        """Return the fields of one page."""
        page, source = self.page(kind, title), self.source(kind)
        shown: dict[str, Value] = {}
        for field, name in COLUMNS[kind].items():
            prop = schema.find_prop(source, name)
            if prop is not None:
                shown[field] = self._read(kind, field, prop, page)
        answers = {"answers": as_read.answers(self._workspace, page)}
        return shown | (answers if kind is Kind.REVIEW else {})

    def add(self, kind: Kind, title: str, **fields: Value) -> None:
        """Add a page."""
        source = self.source(kind)
        self._workspace.actor = USER
        page = self._workspace.add_row(source, {"title": [run_of(title)] if title else []})
        for field, value in fields.items():
            self._write(kind, page, field, value)

    def edit(self, kind: Kind, title: str, field: str, value: Value) -> None:
        """Change one field of a page."""
        page = self.page(kind, title)
        self._workspace.actor = USER
        self._write(kind, page, field, value)

    def delete(self, kind: Kind, title: str) -> None:
        """Put a page into the trash."""
        page = self.page(kind, title)
        self._workspace.actor = USER
        self._workspace.set_trash(page, in_trash=True)

    # What only Notion's can do.

    def source(self, kind: Kind) -> DataSource:
        """Return the database of a kind by its title."""
        for source in self._workspace.sources.values():
            if plain(source.title) == TABLES[kind] and not self._workspace.is_trashed(source):
                return source
        raise KeyError(f"no database '{TABLES[kind]}'")

    def page(self, kind: Kind, title: str) -> NotionPage:
        """Return a page by its title or its id."""
        for page in self._workspace.rows(self.source(kind)):
            if title in (title_of(page), page.id):
                return page
        raise KeyError(f"no page '{title}' in '{TABLES[kind]}'")

    def ids(self, kind: Kind, title: str) -> list[str]:
        """Return the ids of all pages of this title, newest first."""
        rows = self._workspace.rows(self.source(kind))
        return [page.id for page in rows if title_of(page) == title]

    def prop(self, kind: Kind, name: str) -> SchemaProperty:
        """Return a column by its name."""
        prop = schema.find_prop(self.source(kind), name)
        if prop is None:
            raise KeyError(f"no property '{name}' in '{TABLES[kind]}'")
        return prop

    def put(self, kind: Kind, title: str, name: str, value: Any) -> None:
        """Put a value as it is kept (runs, option ids, a date) into a column."""
        self._workspace.actor = USER
        page = self.page(kind, title)
        self._workspace.set_values(page, {self.prop(kind, name).id: value})

    def choose(self, kind: Kind, title: str, name: str, option: str) -> None:
        """Choose an option; one that is not there is made."""
        chosen = schema.add_options(self.prop(kind, name), [option])
        self.put(kind, title, name, chosen[0])

    def write_runs(self, kind: Kind, title: str, name: str, runs: list[Run]) -> None:
        """Write formatted text."""
        self.put(kind, title, name, runs)

    def restore(self, page: str) -> None:
        """Take a page out of the trash, by its id or its title: the one trashed last."""
        self._workspace.actor = USER
        gone = [known for known in self._workspace.pages.values() if known.in_trash]
        for known in sorted(gone, key=lambda known: known.edited, reverse=True):
            if page in (known.id, title_of(known)):
                self._workspace.set_trash(known, in_trash=False)
                return
        raise KeyError(page)

    def archive(self, kind: Kind, title: str, *, archived: bool = True) -> None:
        """Archive a page, or bring back one of this id or title that is archived."""
        self._workspace.actor = USER
        source = self.source(kind)
        for page in self._workspace.pages.values():
            here = page.parent == source.id and not self._workspace.is_trashed(page)
            if here and title in (page.id, title_of(page)) and page.is_archived != archived:
                page.is_archived = archived
                self._workspace.mark_edited(page)
                return
        raise KeyError(title)

    def relate(self, kind: Kind, title: str, field: str, other: str) -> None:
        """Add one more related page to those that a page has."""
        page, prop = self.page(kind, title), self.prop(kind, COLUMNS[kind][field])
        target = self.page(Kind(str(FIELDS[kind][field].target)), other).id
        self.put(kind, page.id, prop.name, [*(page.values.get(prop.id) or []), target])

    def set_end(self, kind: Kind, title: str, field: str, end: date | None) -> None:
        """Set the end of a date, or take it away."""
        page, prop = self.page(kind, title), self.prop(kind, COLUMNS[kind][field])
        kept = page.values.get(prop.id)
        if not kept:
            raise KeyError(field)
        last = None if end is None else kept["start"].replace(kept["start"][:10], f"{end}")
        self.put(kind, page.id, prop.name, {**kept, "end": last})

    def copy_and_delete(self, kind: Kind, title: str) -> str:
        """Duplicate a page and trash the original; return the id of the copy."""
        page = self.page(kind, title)
        copied = self.duplicate(kind, page.id)
        self.delete(kind, page.id)
        return copied

    def duplicate(self, kind: Kind, title: str) -> str:
        """Duplicate a page, with everything in it; return the id of the copy."""
        page = self.page(kind, title)
        self._workspace.actor = USER
        return blocks.duplicate_page(self._workspace, page).id

    def move(self, kind: Kind, title: str, to: str) -> None:
        """Move a page elsewhere: to a page or another data source."""
        page = self.page(kind, title)
        self._workspace.actor = USER
        self._workspace.move(page, to)

    def move_to(self, kind: Kind, title: str, other: Kind) -> None:
        """Move a page into the database of another kind."""
        self.move(kind, title, self.source(other).id)

    def rename_property(self, kind: Kind, name: str, new: str) -> None:
        """Rename a column."""
        schema.rename(self.source(kind), self.prop(kind, name), new)

    def rename_option(self, kind: Kind, name: str, old: str, new: str) -> None:
        """Rename an option of a column; rows keep it."""
        schema.rename_option(self.prop(kind, name), old, new)

    def delete_option(self, kind: Kind, name: str, option: str) -> None:
        """Delete an option of a column."""
        source = self.source(kind)
        schema.remove_option(self._workspace, source, self.prop(kind, name), option)

    def retype_property(self, kind: Kind, name: str, notion_type: str) -> None:
        """Give a column another type."""
        schema.retype(self.prop(kind, name), notion_type, self._workspace)

    def delete_property(self, kind: Kind, name: str) -> None:
        """Delete a column; it can come back."""
        source = self.source(kind)
        schema.remove(source, self.prop(kind, name), name)

    def restore_property(self, kind: Kind, name: str) -> None:
        """Bring a deleted column back, with its id and its values."""
        source = self.source(kind)
        prop = next(gone for gone in source.removed.values() if gone.name == name)
        schema.bring_back(source, prop)

    def add_property(self, kind: Kind, name: str, notion_type: str) -> None:
        """Add a column; one that computes something shows nothing that was computed."""
        if notion_type in schema.ELSEWHERE:
            schema.add_elsewhere(self._workspace, self.source(kind), name, notion_type)
            return
        self.add_property_to(self.source(kind), name, notion_type)

    def add_property_to(self, source: DataSource, name: str, notion_type: str) -> None:
        """Add a column to a data source of one's own."""
        schema.add(self._workspace, source, name, {notion_type: {}}, name)

    def add_database(self, title: str, columns: dict[str, Any]) -> DataSource:
        """Make a database of one's own under the shared page; values are as in the API."""
        self._workspace.actor = USER
        _, source = self._workspace.add_database(self._workspace.parent_page, [run_of(title)])
        schema.change(self._workspace, source, columns, "properties")
        return source

    def trash_database(self, kind: Kind) -> None:
        """Put a whole database into the trash."""
        database = self._workspace.databases[self.source(kind).parent]
        self._workspace.set_trash(database, in_trash=True)

    def restore_database(self, kind: Kind) -> None:
        """Take a database out of the trash, with its rows."""
        for source in self._workspace.sources.values():
            database = self._workspace.databases[source.parent]
            if plain(source.title) == TABLES[kind] and database.in_trash:
                self._workspace.set_trash(database, in_trash=False)
                return
        raise KeyError(f"no database '{TABLES[kind]}' in the trash")

    def unshare(self, kind: Kind) -> None:
        """Take a database away from the connection."""
        self._workspace.hidden.add(self.source(kind).parent)

    # The bodies of pages.

    def body(self, title: str) -> list[str]:
        """Return the lines of a page's body: texts, nested ones after what holds them."""
        return as_read.lines(self._workspace, self.any_page(title))

    def write(self, title: str, heading: str, *blocks: dict[str, Any]) -> None:
        """Add blocks, as a request has them, to what stands under a heading.

        ``as_read.draft`` makes such blocks. A heading of level 2 that is not there is
        added at the end of the page.
        """
        page = self.any_page(title)
        self._workspace.actor = USER
        as_read.insert(self._workspace, page, heading, *blocks)

    def clear_body(self, title: str) -> None:
        """Delete all blocks of a page."""
        page = self.any_page(title)
        self._workspace.actor = USER
        for piece in self._workspace.children(page):
            if isinstance(piece, NotionBlock):
                blocks.trash_part(self._workspace, piece)

    def delete_heading(self, title: str, text: str) -> None:
        """Delete a heading; what stood under it stays."""
        page = self.any_page(title)
        self._workspace.actor = USER
        blocks.trash_part(self._workspace, as_read.heading(self._workspace, page, text))

    def any_page(self, title: str) -> NotionPage:
        """Return a page of whatever kind by its title."""
        for page in self._workspace.pages.values():
            if title_of(page) == title and not self._workspace.is_trashed(page):
                return page
        raise KeyError(f"no page '{title}'")

    # Values of the plan and values of the workspace.

    def _read(self, kind: Kind, field: str, prop: SchemaProperty, page: NotionPage) -> Value:
        raw = page.values.get(prop.id)
        if field in ("period_start", "period_end"):
            part = (raw or {}).get("end" if field == "period_end" else "start")
            return date.fromisoformat(part[:10]) if part else None
        return read_cell(self._workspace, prop, raw, FIELDS[kind][field].type)

    def _write(self, kind: Kind, page: NotionPage, field: str, value: Value) -> None:
        if field == "answers":
            for question, text in value if isinstance(value, tuple) else ():
                as_read.write_answer(self._workspace, page, question, text)
            return
        prop = self.prop(kind, COLUMNS[kind][field])
        if field in ("period_start", "period_end"):
            before = dict(page.values.get(prop.id) or {"start": None, "end": None})
            before["end" if field == "period_end" else "start"] = iso_of(value)
            kept: Any = before
        else:
            kept = self._kept(kind, field, prop, value)
        self._workspace.set_values(page, {prop.id: kept})

    def _kept(self, kind: Kind, field: str, prop: SchemaProperty, value: Value) -> Any:
        if prop.type in _TEXTS:
            return [run_of(str(value))] if value else []
        if prop.type in ("select", "status"):
            return schema.add_options(prop, [option_of(field, value)])[0] if value else None
        if prop.type == "multi_select":
            return schema.add_options(prop, sorted(map(str, value)))  # type: ignore[arg-type]  # a set
        if prop.type == "relation":
            return self._related(Kind(str(FIELDS[kind][field].target)), value)
        if prop.type == "date":
            return {"start": iso_of(value), "end": None} if value else None
        return value if prop.type in ("number", "checkbox") else (value or None)

    def _related(self, kind: Kind, value: Value) -> list[str]:
        titles = sorted(map(str, value)) if isinstance(value, frozenset) else [value]
        return [self.page(kind, str(title)).id for title in titles if title]
