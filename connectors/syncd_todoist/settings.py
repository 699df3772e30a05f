"""The settings under ``[connectors.todoist]``."""

from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
)

from syncd.hosts import service


class TodoistSettings(BaseModel):
    """How syncd reaches Todoist, and which project is its own.

    token: the personal API token (Todoist: Settings, Integrations, Developer).
    base_url: the origin of the service; ``/api/v1/…`` is added to it.
    project: the name of the project that holds the plan's tasks.
    """

    model_config = ConfigDict(extra="forbid")

    token: SecretStr | None = None
    base_url: Annotated[str, AfterValidator(service)] = "https://api.todoist.com"
    project: str = Field(default="Career plan", min_length=1, max_length=120)

    @field_validator("project")
    @classmethod
    def _named(cls, name: str) -> str:
        if not name.strip():
            message = "must name a project"
            raise ValueError(message)
        return name.strip()
