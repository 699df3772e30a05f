"""What the page of an entity begins with, where a tool has pages: a review's facts."""

from dataclasses import replace

from syncd.model.entities import Entity, Review
from syncd.review.facts_json import facts_from
from syncd.review.render.outline import outline
from syncd.review.render.page import page

Body = tuple[tuple[str, str], ...]


def page_content(entity: Entity) -> Body:
    """Return pairs of a style and a text, as ``BODY`` tells; () where there is nothing."""
    if not isinstance(entity, Review) or not entity.facts:
        return ()
    try:
        whole = page(facts_from(entity.facts))
    except ValueError:
        return ()  # the facts of another syncd: they are made again
    # what it asks at its end is what the page asks by its prompts
    return outline(replace(whole, sections=whole.sections[:-1]))
