"""The available publishers by name, as in channels.social_accounts.publisher."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.facebook.graph_publisher import PUBLISHER as FACEBOOK_GRAPH
from syndication_assets.publishing.facebook.graph_publisher import FacebookGraph
from syndication_assets.publishing.publisher import Publisher
from syndication_assets.settings import Settings


@contextmanager
def open_publishers(settings: Settings) -> Iterator[Mapping[str, Publisher]]:
    """The publishers; their connections are closed when the context ends."""
    graph = FacebookGraph(settings.facebook_url, settings.facebook_version, connections=settings.publish_concurrency)
    with closing(graph):
        yield {"dry_run": DryRun(), FACEBOOK_GRAPH: graph}
