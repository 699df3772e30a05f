"""What can be set, as a model, and in the values that the parts work with."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)

from syncd.errors import Mistake
from syncd.hosts import host
from syncd.model.values import ReviewKind
from syncd.private import make_folder
from syncd.review.periods import ReviewRule
from syncd.schedule.problem import Preferences
from syncd.settings.messages import (
    WEEKDAYS,
    Complaint,
    Setting,
    address,
    annual,
    clock_span,
    described,
    ping_address,
    quarterly,
    rest_day,
    review_moment,
    weekly,
    window,
    zone,
)
from syncd.settings.sources import Given, Sourced, given

Window = Annotated[str, AfterValidator(window)]
Address = Annotated[str, AfterValidator(address)]
Host = Annotated[str, AfterValidator(host)]
Weekly = Annotated[str, AfterValidator(weekly)]
Quarterly = Annotated[str, AfterValidator(quarterly)]
Annual = Annotated[str, AfterValidator(annual)]
Windows = tuple[Window, ...]
_EVENING: Windows = ("18:00-21:00",)


class SettingsTable(BaseModel):
    """A table of settings: its keys are known, its values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PlanSettings(SettingsTable):
    """``[plan]``."""

    timezone: Annotated[str, AfterValidator(zone)] = Field(
        default="UTC",
        description="The plan's time zone, such as Europe/Berlin; by default this machine's.",
    )


class ConnectorSettings(SettingsTable):
    """``[connectors.NAME]``: what all tools share; see ``plugins.py`` for what is a tool's own."""

    model_config = ConfigDict(extra="ignore")

    enabled: bool = Field(default=True, description="Whether this tool is synced.")
    on_delete: Literal["archive", "forget"] = Field(
        default="archive",
        description="What deleting something in this tool means: archive it in the plan and"
        " remove it everywhere, or forget it in this tool only.",
    )
    max_deletes: int = Field(
        default=5,
        ge=0,
        description="The tool is held, and you are asked, when one cycle would remove more"
        " things than this, and more than max_delete_share.",
    )
    max_delete_share: float = Field(
        default=0.2, ge=0, le=1, description="The share (0 to 1) that goes with max_deletes."
    )
    poll_seconds: int | None = Field(
        default=None,
        ge=10,
        description="How often to look at this tool, in seconds; else daemon.poll_seconds.",
    )


class MailSettings(SettingsTable):
    """``[mail]``: how the digest is sent; without a host, none is."""

    host: Host = Field(default="", description="The SMTP server; without one no mail is sent.")
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Its port; by default 587, 465 for tls, 25 for none.",
    )
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the connection is protected: starttls, tls or none.",
    )
    username: str = Field(
        default="", description="The name to sign in with; without one, no sign-in."
    )
    password: SecretStr | None = Field(
        default=None, description="The password to sign in with."
    )
    password_file: Path | None = Field(
        default=None, description="A file (mode 0600) that holds the password, instead."
    )
    password_command: str = Field(default="", description="A command that prints it, instead.")
    sender: str = Field(default="", description="The address that the digest comes from.")
    recipients: tuple[Address, ...] = Field(default=(), description="Who gets the digest.")
    cc: tuple[Address, ...] = Field(
        default=(), description="Who gets its shared sections: your accountability partner."
    )


class Hours(SettingsTable):
    """``[schedule.hours]``: when blocks may be placed."""

    mon: Windows = Field(default=_EVENING, description="Hours for learning on Mondays.")
    tue: Windows = Field(default=_EVENING, description="On Tuesdays.")
    wed: Windows = Field(default=_EVENING, description="On Wednesdays.")
    thu: Windows = Field(default=_EVENING, description="On Thursdays.")
    fri: Windows = Field(default=_EVENING, description="On Fridays.")
    sat: Windows = Field(default=("10:00-16:00",), description="On Saturdays.")
    sun: Windows = Field(default=(), description="On Sundays; an empty list means none.")


class ScheduleSettings(SettingsTable):
    """``[schedule]``."""

    hours: Hours = Field(default_factory=Hours)
    daily_minutes: int = Field(
        default=120, ge=0, le=1440, description="The most minutes that are planned on a day."
    )
    weekly_minutes: int = Field(
        default=480, ge=0, le=10080, description="The most minutes planned in one week."
    )
    min_block: int = Field(
        default=30, ge=5, le=480, description="The shortest block, in minutes."
    )
    max_block: int = Field(
        default=120, ge=5, le=720, description="The longest block, in minutes."
    )
    buffer: int = Field(
        default=10, ge=0, le=240, description="Minutes kept free before and after what is busy."
    )
    publish_days: int = Field(
        default=21, ge=1, le=365, description="How many days ahead the calendar has blocks."
    )
    freeze_hours: int = Field(
        default=48, ge=0, le=336, description="A block that starts so soon stays put; hours."
    )
    rest_days: tuple[Annotated[str, AfterValidator(rest_day)], ...] = Field(
        default=("sun",),
        description="Days without blocks: weekdays (sun) and dates (2027-12-24).",
    )
    default_minutes: int = Field(
        default=60, ge=5, le=6000, description="The minutes of a task without an estimate."
    )
    share: float = Field(
        default=0.6, ge=0, le=1, description="How much of a week's free hours blocks may fill."
    )
    liked: Windows = Field(
        default=(),
        description="The times of day that you like best, such as 18:00-19:30.",
    )
    assume_done: bool = Field(
        default=True,
        description="Whether a block that you neither confirmed nor denied counts as done"
        " after a day.",
    )

    @model_validator(mode="after")
    def _blocks(self) -> "ScheduleSettings":
        if self.min_block > self.max_block:
            raise ValueError("min_block is longer than max_block; make one of them fit")
        return self


class ReviewSettings(SettingsTable):
    """``[review]``: when reviews are written, in the plan's zone; ``off`` for never."""

    weekly: Weekly = Field(
        default="mon 07:00",
        description="When the weekly digest is made: a weekday and a time, or off.",
    )
    quarterly: Quarterly = Field(
        default="day 1 07:00",
        description="When the quarterly review is made: a day of the quarter's first month"
        " and a time, or off.",
    )
    annual: Annual = Field(
        default="jan 2 07:00",
        description="When the annual review is made: a month, a day and a time, or off.",
    )


class DaemonSettings(SettingsTable):
    """``[daemon]``."""

    poll_seconds: int = Field(
        default=60, ge=10, le=86400, description="How often to look at each tool, in seconds."
    )


class NotifySettings(SettingsTable):
    """``[notify]``: where you are told that something needs you; also by mail, if that is set."""

    urls: tuple[SecretStr, ...] = Field(
        default=(),
        description="Apprise addresses that get a notification; needs the extra notify.",
    )
    ping_url: Annotated[SecretStr, AfterValidator(ping_address)] | None = Field(
        default=None,
        description="An http(s) address that is called as the daemon starts, with /start added,"
        " after cycles that work, and with /fail after those that do not.",
    )
    after_minutes: int = Field(
        default=30,
        ge=1,
        le=10080,
        description="Minutes that a tool, or every cycle, may fail before you are told.",
    )


class Settings(Sourced):
    """Everything that can be set, but for what is a connector's own."""

    state_dir: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        default=Path(),
        description="The folder for syncd's own state; by default the platform's state folder.",
    )
    plan: PlanSettings = Field(default_factory=PlanSettings)
    connectors: dict[str, ConnectorSettings] = Field(
        default_factory=dict, description="The tools, a table each."
    )
    mail: MailSettings = Field(default_factory=MailSettings)
    schedule: ScheduleSettings = Field(default_factory=ScheduleSettings)
    review: ReviewSettings = Field(default_factory=ReviewSettings)
    daemon: DaemonSettings = Field(default_factory=DaemonSettings)
    notify: NotifySettings = Field(default_factory=NotifySettings)
    _given: Given = PrivateAttr()

    def __init__(self, given: Given) -> None:
        super().__init__(given)
        self._given = given

    @property
    def given(self) -> Given:
        """Return what was set, from which a connector's own settings are read."""
        return self._given

    @property
    def file(self) -> Path | None:
        """Return the settings file that was read, or would be."""
        return self._given.origin.file


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the settings from ``path``, else $SYNCD_CONFIG, else the user's own file.

    Environment variables win over the file. Raises Mistake: one line for each mistake.
    """
    read = given(path, environ)
    try:
        return Settings(read)
    except ValidationError as error:
        raise Complaint(model=Settings, origin=read.origin).mistake(error) from None


def every_setting() -> Iterator[Setting]:
    """Yield every setting but the connectors' own; a tool's name is written NAME."""
    for setting in described(Settings):
        if setting.name == "connectors":
            yield from described(ConnectorSettings, "connectors.NAME.")
        else:
            yield setting


def make_state_dir(settings: Settings) -> Path:
    """Make the state folder, for its owner alone, if it is not there. Raises Mistake."""
    try:
        make_folder(settings.state_dir)
    except OSError as error:
        raise Mistake(
            f"The state folder {settings.state_dir} can't be made ({error.strerror}):"
            " set `state_dir` to a folder that you may write to."
        ) from error
    return settings.state_dir


def preferences(settings: Settings) -> Preferences:
    """Return what the settings say of the person's time."""
    table = settings.schedule
    hours = [getattr(table.hours, name) for name in WEEKDAYS]
    liked = tuple(clock_span(window) for window in table.liked)
    return Preferences(
        zone=settings.plan.timezone,
        hours={day: tuple(map(clock_span, spans)) for day, spans in enumerate(hours)},
        liked=dict.fromkeys(range(7), liked) if liked else {},
        rest_weekdays=frozenset(
            WEEKDAYS.index(day) for day in table.rest_days if day in WEEKDAYS
        ),
        rest_dates=frozenset(
            date.fromisoformat(day) for day in table.rest_days if day not in WEEKDAYS
        ),
        daily=table.daily_minutes,
        weekly=table.weekly_minutes,
        shortest=table.min_block,
        longest=table.max_block,
        buffer=table.buffer,
        share=table.share,
        publish_days=table.publish_days,
        freeze_hours=table.freeze_hours,
        default_minutes=table.default_minutes,
        assume_done=table.assume_done,
    )


def review_rules(settings: Settings) -> dict[ReviewKind, ReviewRule]:
    """Return when each kind of review is due; without those that are off."""
    moments = {kind: str(getattr(settings.review, kind.value)) for kind in ReviewKind}
    parts = {kind: review_moment(text) for kind, text in moments.items() if text != "off"}
    return {
        kind: ReviewRule(month=month, day=day, hour=hour, minute=minute)
        for kind, (month, day, hour, minute) in parts.items()
    }
