"""The tables; every row belongs to a plan."""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

entities = Table(
    "entities",
    metadata,
    Column("plan", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("created_at", String, nullable=False),
    Column("natural_key", String, nullable=False),
    Column("fields", Text, nullable=False),
    Column("authors", Text, nullable=False),
    Index("entities_by_kind", "plan", "kind"),
    Index("entities_by_natural_key", "plan", "kind", "natural_key"),
)

refs = Table(
    "refs",
    metadata,
    Column("plan", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("target", String, primary_key=True),
    Index("refs_by_target", "plan", "target", "field", "source"),
)

links = Table(
    "links",
    metadata,
    Column("plan", String, primary_key=True),
    Column("tool", String, primary_key=True),
    Column("entity", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("remote", String, nullable=False),
    Column("presence", String, nullable=False),
    Column("url", String, nullable=False),
    Column("version", String, nullable=False),
    Column("mark", String),
    Column("edited_at", String),
    Column("completions", Integer, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("base", Text, nullable=False),
    Column("settled", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("extra", Text, nullable=False),
    Column("foreign_refs", Text, nullable=False, server_default="{}"),
    UniqueConstraint("plan", "tool", "remote", name="links_by_remote"),
    Index("links_by_url", "plan", "url"),
    Index("links_by_entity", "plan", "entity"),
    Index("links_by_presence", "plan", "tool", "presence", "kind"),
    Index("links_with_foreign", "plan", "tool", sqlite_where=text("foreign_refs <> '{}'")),
)

dirty = Table(
    "dirty",
    metadata,
    Column("plan", String, primary_key=True),
    Column("tool", String, primary_key=True),
    Column("entity", String, primary_key=True),
    Column("stamp", Integer, nullable=False),
)

intents = Table(
    "intents",
    metadata,
    Column("plan", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("tool", String, nullable=False),
    Column("entity", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", String, nullable=False),
    Column("write", Text, nullable=False),
    Index("intents_by_tool", "plan", "tool", "seq"),
)

history = Table(
    "history",
    metadata,
    Column("plan", String, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("cycle", Integer, nullable=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("set_at", String),
    Column("entity", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("title", String, nullable=False),
    Column("field", String, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Index("history_by_entity", "plan", "entity", "seq"),
    Index("history_by_cycle", "plan", "cycle"),
)

conflicts = Table(
    "conflicts",
    metadata,
    Column("plan", String, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("cycle", Integer, nullable=False),
    Column("at", String, nullable=False),
    Column("entity", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("title", String, nullable=False),
    Column("field", String, nullable=False),
    Column("won", Text, nullable=False),
    Column("won_by", String, nullable=False),
    Column("lost", Text, nullable=False),
    Column("lost_by", String, nullable=False),
    Column("lost_at", String),
    Column("settled", Boolean, nullable=False),
)

tools = Table(
    "tools",
    metadata,
    Column("plan", String, primary_key=True),
    Column("tool", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("until", String),
    Column("last_ok", String),
    Column("cursor", Text),
    Column("held", Text),
    Column("consent", String),
    Column("consent_kind", String),
    Column("full_on", String),
    Column("failures", Integer, nullable=False),
)

problems = Table(
    "problems",
    metadata,
    Column("plan", String, primary_key=True),
    Column("tool", String, primary_key=True),
    Column("entity", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("sentence", Text, nullable=False),
    Column("refused", String, nullable=False),
)

memory = Table(
    "memory",
    metadata,
    Column("plan", String, primary_key=True),
    Column("owner", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("plan", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("sender", String, nullable=False),
    Column("recipients", Text, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("made_at", String, nullable=False),
    Column("next_at", String, nullable=False),
    Column("claim", String, nullable=False),
    Column("claim_until", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("sent_at", String),
)
