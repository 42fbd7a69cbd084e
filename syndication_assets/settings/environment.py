"""How settings are read from the environment: kinds of values, blanks, and the messages for invalid values.

The settings themselves are in the modules beside it.
"""

import os
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self, cast

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from syndication_assets.errors import SyndicationError

PROJECT_DIRECTORY = Path(__file__).resolve().parent.parent.parent
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")
_LONGEST_PAUSE = 3600
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Up to the last `@`, because a password may hold anything; `[^@]*` keeps the search linear.
_PASSWORD_IN_URL = re.compile(r"://[^@:]*:[^@]*@")


def _whole_number(value: Any) -> Any:
    if isinstance(value, str) and not _WHOLE_NUMBER.fullmatch(value):
        raise ValueError(f"is {value!r}: set it to a whole number of 0 or more")
    return value


def _seconds(value: Any) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < _LONGEST_PAUSE:
        raise ValueError(f"is {value!r}: set it to a number of seconds from 0 to less than {_LONGEST_PAUSE}")
    return seconds


def _day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"is {value!r}: set it to a day such as 2025-11-25") from None


def _directory(value: Any) -> Path:
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError:
        raise ValueError("begins with the home directory of a user that is unknown: set it to a directory") from None


def _store_url(value: Any) -> Any:
    """A directory, or a URL without a password, which every message about the store would quote."""
    text = str(value)
    if _CONTROL.search(text):
        raise ValueError("has a control character, or one that is not valid UTF-8: set it to a directory or a URL")
    if _PASSWORD_IN_URL.search(text):
        raise ValueError(
            "has a password in it, which messages would show: set it to a URL without one, and give the password to "
            "fsspec (FSSPEC_FTP_PASSWORD for ftp://) or to the store's own configuration"
        )
    return value


WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
Day = Annotated[date, BeforeValidator(_day)]
Directory = Annotated[Path, BeforeValidator(_directory)]
StoreUrl = Annotated[str, BeforeValidator(_store_url)]


def setting(variable: str, default: Any, meaning: str) -> Any:
    """A field that is read from one environment variable."""
    return Field(default, validation_alias=variable, description=meaning)


def below(directory: str, place: str, variable: str, meaning: str) -> Any:
    """A field whose default is a place below an earlier field, which is a directory."""
    return Field(
        default_factory=lambda validated: str(validated[directory] / place),
        validation_alias=variable,
        description=meaning,
    )


class EnvironmentSettings(BaseSettings):
    """Settings from environment variables alone. A variable that is empty or blank counts as unset."""

    model_config = SettingsConfigDict(frozen=True, case_sensitive=True, hide_input_in_errors=True)

    @classmethod
    def from_environment(cls) -> Self:
        """SyndicationError, which names every variable whose value cannot be used.

        Read again only after a change of what it is read from: it takes milliseconds, and every transaction asks.
        """
        variables = [str(field.validation_alias) for field in cls.model_fields.values()]
        read_from = (*(os.environ.get(name) for name in (*variables, "HOME")), _working_directory())
        known = _known.get(cls)
        if known is None or known[0] != read_from:
            known = _known[cls] = read_from, cls._read()
        return cast(Self, known[1])

    @classmethod
    def _read(cls) -> Self:
        try:
            return cls()
        except ValidationError as error:
            problems = error.errors(include_input=False, include_url=False, include_context=False)
            messages = [
                _message(cls, str(problem["loc"][0]), problem["msg"])
                for problem in problems
                # A default that depends on a wrong value is not wrong itself.
                if problem["type"] != "default_factory_not_called"
            ]
            raise SyndicationError("\n".join(messages)) from None

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, values: dict[str, Any]) -> dict[str, Any]:
        stripped = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
        return {name: value for name, value in stripped.items() if value != ""}


_known: dict[type[EnvironmentSettings], tuple[tuple[str | None, ...], EnvironmentSettings]] = {}
"""The newest settings of each class, behind what they were read from. Settings are immutable."""


def _working_directory() -> str | None:
    """Where relative paths begin; None if the directory has been removed."""
    try:
        return os.getcwd()  # noqa: PTH109 - as text, for a comparison
    except FileNotFoundError:
        return None


def checked_store_url(text: str, what: str) -> str:
    """A directory or a URL without a password. ValueError, a sentence that begins with `what`, for anything else."""
    try:
        return str(TypeAdapter(StoreUrl).validate_python(text))
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False, include_context=False)[0]["msg"]
        raise ValueError(f"{what} {problem.removeprefix('Value error, ')}.") from None


def shown_default(default: Any) -> str:
    """A default as a person writes it."""
    return "none" if default in (None, ()) else str(default)


def _message(settings: type[BaseModel], variable: str, problem: str) -> str:
    field = next(field for field in settings.model_fields.values() if field.validation_alias == variable)
    problem = problem.removeprefix("Value error, ")
    default = "a place below SYNDICATION_LOCAL_DIR" if field.default_factory else shown_default(field.default)
    return f"{variable} {problem}, or unset it (default: {default})."
