"""What was finished becomes a draft for the brag sheet."""

from collections.abc import Iterable
from datetime import date

from syncd.model.entities import Achievement, Entity, Goal, Milestone, Resource, Skill, kind_of
from syncd.model.ids import EntityId, derived_id
from syncd.model.rules.world import World
from syncd.model.values import GoalStatus, ResourceStatus, day_of


def achievement_id(source: EntityId) -> EntityId:
    """Return the id of the achievement that finishing ``source`` yields."""
    return derived_id("achievement", source)


def finished(entity: Entity) -> bool:
    """Say whether an entity is one that can be finished, and is."""
    if isinstance(entity, Milestone):
        return entity.done
    if isinstance(entity, Goal):
        return entity.status is GoalStatus.DONE
    if isinstance(entity, Resource):
        return entity.status is ResourceStatus.FINISHED
    if isinstance(entity, Skill):
        return (entity.level or 0) >= (entity.target_level or 0) > 0
    return False


def achieved(entity: Entity, world: World) -> Iterable[Entity]:
    """Finishing something yields an achievement without its impact, once and for all.

    What the plan met as finished yields none: a first sync floods no brag sheet.
    """
    was = world.was(entity)
    if entity.archived or not finished(entity) or was is None or finished(was):
        return
    made = achievement_id(entity.id)
    if world.get(made) is not None:
        return
    goal, skill = _belongs(entity)
    yield Achievement(
        id=made,
        title=_words(entity),
        created_at=world.now,
        date=_day(entity, world),
        goal=goal,
        skill=skill,
    )


def _words(entity: Entity) -> str:
    title = " ".join(entity.title.split()) or f"one of my {kind_of(entity)}"
    if isinstance(entity, Skill):
        return f"Reached level {entity.level}: {title}"
    return f"Finished: {title}"


def _day(entity: Entity, world: World) -> date:
    if isinstance(entity, Milestone) and entity.done_at:
        return day_of(entity.done_at, world.zone)
    return world.today


def _belongs(entity: Entity) -> tuple[EntityId | None, EntityId | None]:
    """Return the goal and the skill that an achievement tells of."""
    if isinstance(entity, Goal):
        return entity.id, None
    if isinstance(entity, Milestone):
        return entity.goal, None
    if isinstance(entity, Resource):
        return entity.goal, entity.skill
    if isinstance(entity, Skill):
        return (next(iter(entity.goals)) if len(entity.goals) == 1 else None), entity.id
    return None, None
