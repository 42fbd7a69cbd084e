"""The sample numbers over time behave like a real series."""

import re
from collections import defaultdict
from datetime import UTC, date, datetime
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from syndication_assets.demo.samples.growth import DAY_MS, Growth, Wave, audience_days
from syndication_assets.demo.samples.landing_files import sample_files
from syndication_assets.demo.samples.linkedin_posts import LinkedInPost
from syndication_assets.demo.samples.linkedin_timelines import timelines
from syndication_assets.demo.samples.youtube_videos import channels

from .reading_back import FIRST_DAY, json_of, ordinary

KINDS = ("like", "support", "love", "insight", "celebrate", "funny")
DAYS, PROFILES, CHANNELS, SEED = 14, 16, 6, 7


def observed_ms_of(name: str) -> int | None:
    stamp = re.search(r"_(\d{4}-\d{2}-\d{2}_\d{2}-\d{2}-\d{2}-\d{3})\.json", name)
    if stamp is None:
        return None
    moment = datetime.strptime(stamp[1] + "000", "%Y-%m-%d_%H-%M-%S-%f").replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


@pytest.fixture(scope="module")
def files():
    return list(sample_files(days=DAYS, linkedin_profiles=PROFILES, youtube_channels=CHANNELS, seed=SEED))


@pytest.fixture(scope="module")
def observed_items(files):
    """(observed_ms, item) of every ordinary LinkedIn file whose name has a time."""
    timed = [(observed_ms_of(file.name), file) for file in ordinary(files, "linkedin_apify")]
    return [(observed_ms, item) for observed_ms, file in timed if observed_ms for item in json_of(file)]


@pytest.fixture(scope="module")
def first_ms():
    return round(datetime.combine(FIRST_DAY, datetime.min.time(), UTC).timestamp() * 1000)


@pytest.fixture(scope="module")
def posts(first_ms) -> dict[str, LinkedInPost]:
    """Every post that appears directly, in a repost or in a quote, by its full URN and its activity id."""
    found = {}
    for timeline in timelines(first_ms=first_ms, end_ms=first_ms + DAYS * DAY_MS, profiles=PROFILES, seed=SEED):
        for entry in timeline.entries:
            post = entry if isinstance(entry, LinkedInPost) else entry.original
            for shown in (post, post.quoted):
                if shown is not None:
                    found[shown.full_urn] = shown
                    found[shown.activity_id] = shown
    return found


def test_an_id_contains_its_publication_time(observed_items):
    for _, item in observed_items:
        activity = item["urn"]["activity_urn"]
        assert re.fullmatch(r"\d{19}", activity)
        assert int(activity) >> 22 == item["posted_at"]["timestamp"]


def test_share_and_ugc_post_ids_differ_from_all_activity_ids(observed_items):
    activities = {item["urn"]["activity_urn"] for _, item in observed_items}
    others = {item["urn"][key] for _, item in observed_items for key in ("share_urn", "ugcPost_urn")} - {None}
    assert activities.isdisjoint(others)


def test_reactions_are_the_sum_of_the_six_kinds(observed_items):
    for _, item in observed_items:
        inner = [item["reshared_post"]["stats"]] if item["post_type"] == "quote" else []
        for stats in [item["stats"], *inner]:
            assert stats["total_reactions"] == sum(stats[kind] for kind in KINDS)
            assert min(stats.values()) >= 0


def test_counters_fall_only_where_they_are_corrected(observed_items, posts):
    """Across all files: a post seen in a repost or a quote fits into the series of the post itself."""
    series = defaultdict(dict)
    for observed_ms, item in observed_items:
        series[posts[item["full_urn"]].activity_id][observed_ms] = item["stats"]
        if item["post_type"] == "quote":
            series[item["reshared_post"]["urn"]["activity_urn"]][observed_ms] = item["reshared_post"]["stats"]
    falls = 0
    for activity, by_time in series.items():
        post = posts[activity]
        counters = dict(zip(KINDS, post.reactions, strict=True)) | {"comments": post.comments, "reposts": post.reposts}
        for earlier, later in pairwise(sorted(by_time)):
            for name, counter in counters.items():
                if by_time[later][name] < by_time[earlier][name]:
                    falls += 1
                    assert counter.correction is not None
                    assert earlier < counter.correction.at_ms <= later
    assert falls >= 3


def test_a_post_shown_by_two_profiles_at_one_time_has_the_same_numbers(posts):
    post = next(iter(posts.values()))
    moment = post.published_ms + 3 * DAY_MS
    assert post.item(moment, "")["stats"] == post.as_reshared_post(moment)["stats"]


def test_a_repost_has_the_text_and_numbers_of_the_original_and_the_id_and_time_of_the_act(observed_items, posts):
    reposts = [(observed_ms, item) for observed_ms, item in observed_items if item["post_type"] == "repost"]
    assert reposts
    for observed_ms, item in reposts:
        original = posts[item["full_urn"]]
        assert item["urn"]["activity_urn"] != original.activity_id
        assert item["posted_at"]["timestamp"] > original.published_ms
        assert item["url"] == original.url
        assert item["stats"] == original.stats(observed_ms)


def test_media_urls_change_with_every_scrape_but_their_paths_stay(observed_items):
    urls, paths = defaultdict(list), defaultdict(set)
    for _, item in observed_items:
        if item["post_type"] == "regular" and item.get("media", {}).get("type") == "image":
            url = urlsplit(item["media"]["url"])
            urls[item["urn"]["activity_urn"]].append(url.query)
            paths[item["urn"]["activity_urn"]].add(url.path)
    assert urls
    assert all(len(set(queries)) == len(queries) for queries in urls.values())
    assert all(len(found) == 1 for found in paths.values())


def test_a_text_changes_at_most_once_and_some_texts_do(observed_items):
    texts = defaultdict(set)
    for _, item in observed_items:
        texts[item["full_urn"]].add(item["text"])
    assert {len(found) for found in texts.values()} == {1, 2}


def test_youtube_counters_are_strings_that_fall_only_where_they_are_corrected(files, first_ms):
    videos = {
        video.video_id: video
        for channel in channels(first_ms=first_ms, end_ms=first_ms + DAYS * DAY_MS, count=CHANNELS, seed=SEED)
        for video in channel.videos
    }
    series = defaultdict(list)
    for file in ordinary(files, "youtube_data_api"):
        for item in json_of(file)["items"]:
            assert all(isinstance(value, str) for value in item["statistics"].values())
            series[item["id"]].append((observed_ms_of(file.name), item["statistics"]))
    for video_id, observations in series.items():
        video = videos[video_id]
        for (earlier, before), (later, after) in pairwise(observations):
            for key, counter in (("viewCount", video.views), ("commentCount", video.comments)):
                if key in before and int(after[key]) < int(before[key]):
                    assert counter is not None
                    assert counter.correction is not None
                    assert earlier < counter.correction.at_ms <= later


def test_growth_never_falls_and_weekends_are_slower(first_ms):
    growth = Growth(first_ms, days_to_saturate=2.0, wave=Wave(delay=3.0, size=5.0))
    values = [growth.progress(first_ms + hour * 3_600_000) for hour in range(-5, 24 * 30)]
    assert values == sorted(values)
    assert values[0] == 0.0
    assert FIRST_DAY.weekday() == 0 == date(1970, 1, 5).weekday()
    assert audience_days(first_ms + 7 * DAY_MS) - audience_days(first_ms) == pytest.approx(7.0)
    saturday = audience_days(first_ms + 6 * DAY_MS) - audience_days(first_ms + 5 * DAY_MS)
    tuesday = audience_days(first_ms + 2 * DAY_MS) - audience_days(first_ms + DAY_MS)
    assert saturday < tuesday
