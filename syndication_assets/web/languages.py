"""The languages of the pages: their sentences, numbers and times.

English is the language of the templates. `translations/<code>.po` holds the others, read when the server starts.
"""

import gettext
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_skeleton, format_time, get_datetime_format
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

LANGUAGES = {"en": "English", "de": "Deutsch", "ar": "العربية"}
_DIRECTORY = Path(__file__).parent / "translations"


@dataclass(frozen=True, slots=True)
class Language:
    """How a page speaks."""

    code: str
    translations: gettext.NullTranslations
    locale: Locale

    @property
    def direction(self) -> str:
        """ltr or rtl."""
        return self.locale.text_direction

    def day(self, value: date) -> str:
        """A UTC day, with its weekday."""
        moment = value.astimezone(UTC) if isinstance(value, datetime) else value
        return str(format_skeleton("yMMMEd", moment, locale=self.locale))

    def clock(self, value: datetime) -> str:
        """Hours and minutes in UTC."""
        return str(format_time(value.astimezone(UTC), "short", locale=self.locale))

    def time(self, value: datetime) -> str:
        """With its day, in UTC."""
        moment = value.astimezone(UTC)
        day = format_skeleton("yMMMd", moment, locale=self.locale)
        pattern = str(get_datetime_format("medium", locale=self.locale))
        return f"{pattern.format(self.clock(moment), day)} UTC"

    def weekday(self, value: date) -> str:
        return str(format_skeleton("E", value, locale=self.locale))

    def name_of(self, code: str) -> str:
        """What a language is called; its code where nobody knows."""
        return str(self.locale.languages.get(code, code))

    def hour(self, value: str) -> str:
        """The hour of a day that is written as 09:00."""
        return str(format_time(time.fromisoformat(value), "short", locale=self.locale))

    def share(self, value: float) -> str:
        """A fraction in per cent, with two digits after the point."""
        return str(format_percent(value, format="#,##0.00%", locale=self.locale))

    def score(self, value: Decimal) -> str:
        """From 0 to 1, with two digits after the point."""
        return str(format_decimal(value, format="0.00", locale=self.locale))

    def number(self, value: Decimal | float) -> str:
        return str(format_decimal(value, locale=self.locale))


def gettext_noop(sentence: str) -> str:
    """Marks a sentence that is translated later, so that it is found when sentences are collected."""
    return sentence


@cache
def language(code: str) -> Language:
    """One of LANGUAGES, by its code."""
    path = _DIRECTORY / f"{code}.po"
    translations = gettext.NullTranslations()
    if path.exists():
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=code))
        compiled.seek(0)
        translations = gettext.GNUTranslations(compiled)
    return Language(code, translations, Locale.parse(code))


def preferred(chosen: str | None, accepted: str) -> str:
    """The code of the language of a page: what was chosen, else the first that the browser accepts, else English."""
    wanted = [chosen or "", *(part.partition(";")[0].strip().lower().partition("-")[0] for part in accepted.split(","))]
    return next((code for code in wanted if code in LANGUAGES), "en")
