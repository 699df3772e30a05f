"""The settings under ``[connectors.todoist]``."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class TodoistSettings(BaseModel):
    """How syncd reaches Todoist, and which project is its own.

    token: the personal API token (Todoist: Settings, Integrations, Developer).
    base_url: the origin of the service; ``/api/v1/…`` is added to it.
    project: the name of the project that holds the plan's tasks.
    """

    model_config = ConfigDict(extra="forbid")

    token: SecretStr | None = None
    base_url: str = "https://api.todoist.com"
    project: str = Field(default="Career plan", min_length=1, max_length=120)

    @field_validator("base_url")
    @classmethod
    def _origin(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            message = "must start with http:// or https://"
            raise ValueError(message)
        return url.rstrip("/")

    @field_validator("project")
    @classmethod
    def _named(cls, name: str) -> str:
        if not name.strip():
            message = "must name a project"
            raise ValueError(message)
        return name.strip()
