"""Edge cases of YouTube: hidden counters, optional keys, and two damaged items."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import msgspec

from syndication_assets.demo.samples.edge_case_stage import Change, EdgeCase, EdgeCaseStage, Item
from syndication_assets.demo.samples.growth import HOUR_MS, Counter
from syndication_assets.demo.samples.sample_file import SampleFile, encode_json, file_name, moment_of
from syndication_assets.demo.samples.youtube_videos import Video, draw_video, videos_response

VideoChange = Callable[[Video], Video]


def edge_case_channel_id(edge_case: str) -> str:
    """24 characters that begin with `UC`, as in every channel id, followed by as much of the name as fits."""
    return f"UCbrownie_{edge_case.removeprefix('youtube_')}"[:24].ljust(24, "0")


def channel_file(
    change_video: VideoChange, change_item: Change, *, day: int = 1
) -> Callable[[EdgeCaseStage], Iterator[SampleFile]]:
    """A file with an odd video between two ordinary videos."""

    def build(stage: EdgeCaseStage) -> Iterator[SampleFile]:
        channel_id = edge_case_channel_id(stage.edge_case)
        videos = [edge_case_video(stage, channel_id, number) for number in range(3)]
        videos[1] = change_video(videos[1])
        observed_ms = stage.at(day, 18, 30)
        items = [video.item(observed_ms) for video in videos]
        copy: Item = msgspec.json.decode(encode_json(items[1]))
        change_item(copy)
        items[1] = copy
        yield SampleFile(
            source="youtube_data_api",
            landed_on=moment_of(observed_ms).date(),
            name=file_name("youtube_data_api", channel_id, observed_ms),
            content=encode_json(videos_response(items)),
        )

    return build


def edge_case_video(stage: EdgeCaseStage, channel_id: str, number: int) -> Video:
    # "trap" is part of the seed: another word here would draw other numbers.
    rng = Random(f"{stage.seed}/trap/{stage.edge_case}/{number}")
    published_ms = stage.at(1, 9) - number * 20 * HOUR_MS
    video = draw_video(rng, channel_id, stage.brownie, published_ms, audience=500.0)
    return replace(video, likes=Counter(video.views.final * 0.05), comments=Counter(video.views.final * 0.01))


def same_video(video: Video) -> Video:
    return video


def same_item(_: Item) -> None:
    """Leaves the item as it is: the video itself is the edge case."""


def likes_hidden(video: Video) -> Video:
    return replace(video, likes=None)


def comments_hidden(video: Video) -> Video:
    return replace(video, comments=None)


def tags_missing(video: Video) -> Video:
    return replace(video, tags=())


def view_count_is_a_word(item: Item) -> None:
    item["statistics"]["viewCount"] = "many"


def id_is_missing(item: Item) -> None:
    del item["id"]


YOUTUBE_EDGE_CASES: tuple[EdgeCase, ...] = (
    EdgeCase(
        "youtube_likes_hidden",
        "`likeCount` is absent: the channel hides it, not 0",
        "loaded",
        (1,),
        channel_file(likes_hidden, same_item),
    ),
    EdgeCase(
        "youtube_comments_hidden",
        "`commentCount` is absent: comments are turned off, not 0",
        "loaded",
        (1,),
        channel_file(comments_hidden, same_item),
    ),
    EdgeCase("youtube_tags_missing", "`tags` is absent", "loaded", (1,), channel_file(tags_missing, same_item)),
    EdgeCase(
        "youtube_views_not_a_number",
        "`viewCount` is a word",
        "quarantined",
        (2,),
        channel_file(same_video, view_count_is_a_word, day=2),
        quarantined=1,
    ),
    EdgeCase(
        "youtube_id_missing",
        "an item without `id`",
        "quarantined",
        (2,),
        channel_file(same_video, id_is_missing, day=2),
        quarantined=1,
    ),
)
