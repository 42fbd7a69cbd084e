"""The parts of an RRULE: which values each may have, and with which frequency it means anything. Pure.

From RFC 5545, section 3.3.10. Libraries ignore some of what it forbids, so `FREQ=WEEKLY;BYDAY=1MO` would fire on every
Monday although whoever wrote it meant the first one of the month.
"""

import re
from collections.abc import Mapping

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")

_NUMBERS = {
    # The least and the greatest value, and whether -1 means the last one.
    "BYMONTH": (1, 12, False),
    "BYWEEKNO": (1, 53, True),
    "BYYEARDAY": (1, 366, True),
    "BYMONTHDAY": (1, 31, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSETPOS": (1, 366, True),
}
_FREQUENCIES_OF = {
    "BYWEEKNO": {"YEARLY"},
    "BYYEARDAY": {"YEARLY", "HOURLY"},
    "BYMONTHDAY": {"YEARLY", "MONTHLY", "DAILY", "HOURLY"},
    # Within an hour, dateutil would search for a position forever.
    "BYSETPOS": {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"},
}
_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}")
_DAYS_IN_A_MONTH, _DAYS_IN_A_YEAR = 5, 53
"""How often a day of the week occurs at most."""


def why_meaningless(parts: Mapping[str, str]) -> str | None:
    """Why a rule with these parts, of a known FREQ, cannot mean what it says; None if it can."""
    frequency = parts["FREQ"]
    for name, frequencies in _FREQUENCIES_OF.items():
        if name in parts and frequency not in frequencies:
            allowed = " or ".join(f"FREQ={known}" for known in FREQUENCIES if known in frequencies)
            return f"{name} needs {allowed}, not FREQ={frequency}"
    for name in _NUMBERS.keys() & parts.keys():
        problem = _problem_of_numbers(name, parts[name])
        if problem is not None:
            return problem
    if "BYSETPOS" in parts and not any(name.startswith("BY") for name in parts.keys() - {"BYSETPOS"}):
        return "BYSETPOS needs another part, such as BYDAY, of which it takes one"
    if "WKST" in parts and _ordinal_of(parts["WKST"]) != 0:
        return f"WKST={parts['WKST']} is not a day: write WKST=MO"
    return _problem_of_days(parts) if "BYDAY" in parts else None


def _problem_of_numbers(name: str, values: str) -> str | None:
    least, greatest, may_be_negative = _NUMBERS[name]
    for value in values.split(","):
        number = int(value) if _NUMBER.fullmatch(value) else None
        size = abs(number) if number is not None and may_be_negative else number
        if size is None or not least <= size <= greatest:
            signed = f" or -{greatest} to -1" if may_be_negative else ""
            return f"{name}={value} is not a number from {least} to {greatest}{signed}"
    return None


def _problem_of_days(parts: Mapping[str, str]) -> str | None:
    for value in parts["BYDAY"].split(","):
        ordinal = _ordinal_of(value)
        if ordinal is None:
            return f"BYDAY={value} is not a day: write MO, TU, WE, TH, FR, SA or SU"
        if ordinal == 0:
            continue
        day = value[-2:]
        if parts["FREQ"] not in ("MONTHLY", "YEARLY"):
            return f"{value} is a certain {day} of a month or a year: write FREQ=MONTHLY;BYDAY={value}, or BYDAY={day}"
        if parts["FREQ"] == "YEARLY" and "BYWEEKNO" in parts:
            return f"{value} is a certain {day} of a year, but BYWEEKNO names its week: write BYDAY={day}"
        is_in_a_month = parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts
        if abs(ordinal) > (_DAYS_IN_A_MONTH if is_in_a_month else _DAYS_IN_A_YEAR):
            return f"no {'month' if is_in_a_month else 'year'} has {value}"
    return None


def _ordinal_of(day: str) -> int | None:
    """The number before a day of the week, 0 without one; None if it is no day or the number is zero."""
    match = _DAY.fullmatch(day)
    if match is None:
        return None
    if match[1] is None:
        return 0
    return int(match[1]) or None
