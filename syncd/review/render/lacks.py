"""What a plan lacks, a sentence each."""

from syncd.model.entities import Kind, kind_of
from syncd.review.checks.finding import Finding
from syncd.review.render.parts import safe

_TITLE = 60
_LONGEST = 400


def finding_sentence(one: Finding) -> str:
    """Return a finding as a person reads it: what it is about, and how to mend it."""
    said = one.what
    if one.entity is not None:
        kind = kind_of(one.entity)
        noun = "profile entry" if kind is Kind.PROFILE else kind.name.lower()
        said = f"{noun} '{safe(one.entity.title, _TITLE)}' {one.what}"
    return safe(f"{said[0].upper()}{said[1:]}: {one.mend}.", _LONGEST)
