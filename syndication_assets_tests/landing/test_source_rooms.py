"""Every source has one room, and that room has a parser for it."""

from syndication_assets.catalogue.catalogue_sources import SOURCES as CATALOGUE_SOURCES
from syndication_assets.documents.document_sources import SOURCES as DOCUMENT_SOURCES
from syndication_assets.landing.source_rooms import ROOM_OF_SOURCE, room_of
from syndication_assets.scraping.post_sources import SOURCES as POST_SOURCES


def sources_of(room: str) -> set[str]:
    return {source for source, its_room in ROOM_OF_SOURCE.items() if its_room == room}


def test_each_room_parses_the_sources_that_are_its_own():
    assert sources_of("scraping") == POST_SOURCES.keys()
    assert sources_of("catalogue") == CATALOGUE_SOURCES.keys()
    assert sources_of("documents") == DOCUMENT_SOURCES.keys()


def test_scraping_takes_the_sources_that_nobody_knows():
    assert room_of("myspace_export") == "scraping"
