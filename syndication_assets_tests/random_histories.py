"""How many random histories a test that runs each of them through the database takes."""

from hypothesis import settings

QUICK, EVERYTHING = "quick", "everything"
_SHARE_OF_QUICK = 4
settings.register_profile(QUICK)
settings.register_profile(EVERYTHING)


def number_of_histories(number: int) -> int:
    """All of them with `--everything`, as in CI; otherwise a quarter, but at least two."""
    is_everything = settings.get_current_profile_name() == EVERYTHING
    return number if is_everything else min(number, max(2, number // _SHARE_OF_QUICK))
