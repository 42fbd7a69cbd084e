"""What the entries of a configuration file may say: the parts that the random files are built from."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from syndication_assets_tests.random_histories import number_of_histories

EXAMPLES = settings(
    max_examples=number_of_histories(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
texts = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" :#'\"-{}[],"), min_size=1, max_size=20)
prose = st.none() | texts | st.sampled_from(["no", "12", "true", "~", "a\nb", " padded ", "1e3"])
names = st.from_regex("[a-z][a-z0-9_]{0,8}", fullmatch=True)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
currencies = st.sampled_from(["GBP", "USD", "EUR"])
channels = st.sampled_from([("facebook", "feed_post"), ("linkedin", "feed_post")])


def money(largest: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(0, largest, places=places)


def entries(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields)


def listed(entry: st.SearchStrategy[dict[str, Any]], *key: str, most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(entry, max_size=most, unique_by=lambda values: tuple(values[name] for name in key))


def of_channel(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return channels.flatmap(lambda pair: entries(platform=st.just(pair[0]), channel=st.just(pair[1]), **fields))


def without_nothing(value: Any) -> Any:
    """A file leaves out what has no value."""
    if isinstance(value, dict):
        return {name: without_nothing(item) for name, item in value.items() if item is not None}
    return [without_nothing(item) for item in value] if isinstance(value, list) else value
