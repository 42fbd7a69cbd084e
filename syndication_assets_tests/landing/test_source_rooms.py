"""Every source has exactly one room, and that room has a parser for it."""

from syndication_assets.catalogue.catalogue_sources import SOURCES as CATALOGUE_SOURCES
from syndication_assets.documents.document_sources import SOURCES as DOCUMENT_SOURCES
from syndication_assets.landing.source_rooms import ROOM_OF_SOURCE, room_of
from syndication_assets.scraping.post_sources import SOURCES as POST_SOURCES


def sources_of(room: str) -> set[str]:
    return {source for source, loading_room in ROOM_OF_SOURCE.items() if loading_room == room}


def test_each_room_has_a_parser_for_each_of_its_sources():
    assert sources_of("scraping") == POST_SOURCES.keys()
    assert sources_of("catalogue") == CATALOGUE_SOURCES.keys()
    assert sources_of("documents") == DOCUMENT_SOURCES.keys()


def test_scraping_gets_unknown_sources():
    assert room_of("myspace_export") == "scraping"
