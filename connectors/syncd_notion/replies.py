"""Whether a reply tells of what was asked for, and what happens next where it does not; pure."""

from typing import Any, TypeVar

from pydantic import ValidationError

from syncd.connect.border import Shape, fault
from syncd.errors import TryLater, Unclear
from syncd_notion.border import same

Json = dict[str, Any]
Some = TypeVar("Some", bound=Shape)


def parsed(reply: Json, shape: type[Some], asked: str = "") -> Some:
    """Return what a reply to a question tells. Raises ``TryLater`` where it is another."""
    try:
        found = shape.model_validate(reply)
    except ValidationError as error:
        raise unexpected_reply(fault(reply, shape)) from error
    if asked and not same(reply["id"], asked):
        raise unexpected_reply("id")
    return found


def unexpected_reply(wrong: str) -> TryLater:
    """Return the error for an answer that is not what was asked for."""
    return TryLater(
        f"Notion's answer is not what was asked for (`{wrong}`): trying again later."
    )


def check_written(reply: Json, shape: type[Shape], asked: str = "") -> None:
    """Check the answer to a write. Raises ``Unclear`` where it does not tell of this one."""
    wrong = reply_fault(reply, shape, asked)
    if wrong:
        raise unclear_write(wrong)


def unclear_write(wrong: str) -> Unclear:
    """Return the error for a write whose answer tells something else."""
    return Unclear(
        f"Notion's answer to a change is not what it should be (`{wrong}`): the change may have"
        " been saved, syncd looks before it writes."
    )


def reply_fault(reply: Json, shape: type[Shape], asked: str = "") -> str:
    """Return which key of a reply is wrong: its type, or an id that is not the one asked."""
    wrong = fault(reply, shape)
    if not wrong and asked and not same(reply["id"], asked):
        return "id"
    return wrong
