"""What an entry of a configuration file is made of: the model that all sections share, and kinds of values. Pure."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


class Entry(BaseModel):
    """One entry of a section. Values are never converted: the text `no` is no boolean, and 1 is no text."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("is no day: write it as 2026-01-31") from None


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("is no number: write it without quotes, as 12.50")
    return Decimal(value)


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Number = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217 code, such as GBP.")]
Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
DashedName = Annotated[str, Field(pattern="^[a-z][a-z0-9_-]{0,62}$")]
Text = Annotated[str, Field(min_length=1)]
Platform = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$", description="Name of the platform, such as facebook.")]
Channel = Annotated[
    str, Field(pattern="^[a-z][a-z0-9_]*$", description="Kind of publication on the platform, such as feed_post.")
]
ACTIVE = Field(default=True, description="false pauses it.")
