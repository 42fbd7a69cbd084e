"""The document sources, by the names of their folders in the landing zone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from syndication_assets.documents import export_parser
from syndication_assets.documents.feeds import feed_parser
from syndication_assets.documents.source_document import DocumentList


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """One input format: the endings of its file names, and its parser."""

    name: str
    version: int
    suffixes: tuple[str, ...]
    parse: Callable[[bytes], DocumentList]


SOURCES: Mapping[str, DocumentSource] = {
    module.SOURCE: DocumentSource(module.SOURCE, module.VERSION, module.SUFFIXES, module.parse)
    for module in (export_parser, feed_parser)
}
