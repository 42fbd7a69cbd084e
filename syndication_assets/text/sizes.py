"""Sizes in bytes as people read them, in the units of PostgreSQL. Pure."""

from decimal import Decimal

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_STEP = 1024
"""PostgreSQL's kB has 1,024 bytes: the same size reads the same wherever it is shown."""


def size_of(size_bytes: float | Decimal) -> str:
    """`512 bytes`, `12.3 MB`."""
    size, unit = float(size_bytes), 0
    while size >= _STEP and unit < len(_UNITS) - 1:
        size, unit = size / _STEP, unit + 1
    return f"{size:.0f} {_UNITS[unit]}" if unit == 0 else f"{size:,.1f} {_UNITS[unit]}"
