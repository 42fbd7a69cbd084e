"""Feeds and exports to parse, and what of the results the tests compare."""

from typing import Any
from xml.sax.saxutils import escape

import msgspec

from syndication_assets.documents import export_parser
from syndication_assets.documents.feeds import feed_parser
from syndication_assets.documents.source_document import Document, DocumentList
from syndication_assets_tests.documents.blog import SITE, rss

HTML = """<p>Hello.</p><h2 id="warm">How warm?</h2><p>Very <i>warm</i>.</p>
<img src="/a.jpg"><h4>By the way</h4>It dries.<script>alert(1)</script>"""

ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>B</title><id>urn:b</id><link href="{SITE}/"/>
<entry><id>tag:blog.example,2025:1</id><title type="html">Wool &lt;b&gt;&amp;amp; silk&lt;/b&gt;</title>
<link href="/wool"/><published>2025-11-01T10:00:00+02:00</published><updated>2025-11-02T00:00:00Z</updated>
<summary>In short.</summary><content type="html">{escape(HTML)}</content></entry></feed>"""

RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel><title>B</title><link>{SITE}/</link></channel><item rdf:about="{SITE}/1"><title>Post 1</title>
<link>{SITE}/1</link><description>Wool keeps you warm.</description></item></rdf:RDF>""".encode()


def feed(*entries: str, **more: Any) -> DocumentList:
    return feed_parser.parse(rss(*entries, **more))


def only_document(documents: DocumentList) -> Document:
    ((item,), ()) = documents.items, documents.rejected
    return item.document


def reasons(documents: DocumentList) -> list[tuple[int | None, str]]:
    return [(rejected.position, rejected.reason) for rejected in documents.rejected]


def posts(*items: Any) -> DocumentList:
    return export_parser.parse(msgspec.json.encode({"posts": items}))
