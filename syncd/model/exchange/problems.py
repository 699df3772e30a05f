"""What could not be read in a plan file, in sentences."""

from dataclasses import dataclass, field

_MOST = 200


class Unreadable(Exception):
    """A value that is not what its field holds; says so, and what to write."""


@dataclass(slots=True)
class Problems:
    """Collects sentences; after many, only counts."""

    sentences: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def full(self) -> bool:
        """Say whether further sentences are only counted."""
        return len(self.sentences) >= _MOST

    def add(self, where: str, what: str) -> None:
        """Note one sentence about a place in the file."""
        if self.full:
            self.more += 1
            return
        sentence = f"{where}: {what}" if where else what
        self.sentences.append(sentence[:1].upper() + sentence[1:])

    def all(self) -> tuple[str, ...]:
        """Return the sentences."""
        if not self.more:
            return tuple(self.sentences)
        rest = f"There are {self.more} more such problems: mend these first and import again."
        return (*self.sentences, rest)
