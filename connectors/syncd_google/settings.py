"""The settings under ``[connectors.google]``."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from syncd.hosts import service

PRIMARY = "primary"
"""What Google's API calls the user's own first calendar."""


class GoogleSettings(BaseModel):
    """How syncd reaches Google Calendar, and which calendar is its own.

    token_file: authorized-user JSON, as ``syncd auth google`` writes it.
    client_secrets_file: the OAuth client of a desktop app, from Google Cloud.
    base_url: the origin of the service.
    calendar: the name of syncd's own secondary calendar, or its id.
    busy_calendars: ids of the calendars whose events are busy time; never written.
    busy_tentative: whether what is not sure to happen, or was not answered, takes time.
    busy_out_of_office: whether being out of the office does.
    busy_declined: whether what the person declined does.
    reminder_minutes: how long before a learning block Google reminds of it; "default" is
        the calendar's own way, "none" is not at all.
    """

    model_config = ConfigDict(extra="forbid")

    token_file: Path | None = None
    client_secrets_file: Path | None = None
    base_url: Annotated[str, AfterValidator(service)] = "https://www.googleapis.com"
    calendar: str = Field(default="Learning", min_length=1)
    busy_calendars: list[str] = [PRIMARY]
    busy_tentative: bool = True
    busy_out_of_office: bool = True
    busy_declined: bool = False
    reminder_minutes: Annotated[int, Field(ge=0, le=40320)] | Literal["default", "none"] = 10

    @field_validator("token_file", "client_secrets_file")
    @classmethod
    def _at_home(cls, path: Path | None) -> Path | None:
        return path.expanduser() if path else None

    @field_validator("calendar")
    @classmethod
    def _not_the_primary(cls, calendar: str) -> str:
        name = calendar.strip()
        if not name or name == PRIMARY:
            message = "must name a calendar of syncd's own, not the primary one"
            raise ValueError(message)
        return name

    @property
    def asks_more_than_free_busy(self) -> bool:
        """Say whether busy time is more than what Google itself calls busy."""
        return not (self.busy_tentative and self.busy_out_of_office) or self.busy_declined

    @property
    def names_an_id(self) -> bool:
        """Say whether ``calendar`` is an id: those look like mail addresses."""
        return "@" in self.calendar
