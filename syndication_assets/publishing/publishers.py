"""The available publishers by name, as in channels.social_accounts.publisher: each registers itself in its folder."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

import syndication_assets.publishing as room
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.publisher import SIMULATION, Publisher
from syndication_assets.publishing.registration import Registration
from syndication_assets.settings import Settings


@cache
def registrations() -> Mapping[str, Registration]:
    """What the folders of this room register, by the publisher's name."""
    folders = sorted(
        f"{room.__name__}.{module.name}.registration" for module in iter_modules(room.__path__) if module.ispkg
    )
    found = [import_module(module).REGISTRATION for module in folders if find_spec(module)]
    return {registration.name: registration for registration in found}


def registration_of(publisher: str) -> Registration:
    """SyndicationError, which names the publishers, if there is none of this name."""
    known = registrations()
    if publisher not in known:
        raise SyndicationError(f"There is no publisher {publisher!r}: choose from {', '.join(sorted(known))}.")
    return known[publisher]


@contextmanager
def open_publishers(settings: Settings) -> Iterator[Mapping[str, Publisher]]:
    """The publishers; their connections are closed when the context ends. With `SYNDICATION_SENDING=off`, only the one
    that sends nothing.
    """
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(registration.open(settings))
            for name, registration in registrations().items()
            if settings.sending == "on" or name == SIMULATION
        }
