"""Edge cases of damage: files and items that cannot be loaded. Each adds one quarantine row; its neighbours load."""

from collections.abc import Callable, Iterator

from syndication_assets.demo.samples.edge_case_stage import Change, EdgeCase, EdgeCaseStage, Item, one_odd_item
from syndication_assets.demo.samples.phrases import TOPIC_PHRASES
from syndication_assets.demo.samples.sample_file import SampleFile, encode_json

DAY = 2
MARK = "@@ the damage goes here @@"
HTML_PAGE = b"<!DOCTYPE html>\n<html><head><title>502</title></head><body>The oven is resting.</body></html>\n"


def id_is_number(item: Item) -> None:
    item["urn"]["activity_urn"] = int(item["urn"]["activity_urn"])


def id_is_missing(item: Item) -> None:
    del item["urn"], item["full_urn"]
    item["url"] = "https://www.linkedin.example/feed/"


def counter_is_negative(item: Item) -> None:
    item["stats"]["comments"] = -4


def counter_is_absurd(item: Item) -> None:
    item["stats"]["reposts"] = 10**15


def counter_is_string(item: Item) -> None:
    item["stats"]["comments"] = "1,204"


def timestamp_is_seconds(item: Item) -> None:
    item["posted_at"]["timestamp"] //= 1000


def timestamp_is_microseconds(item: Item) -> None:
    item["posted_at"]["timestamp"] *= 1000


def text_is_huge(item: Item) -> None:
    sentence = TOPIC_PHRASES["garden"].middles[0] + " "
    item["text"] = sentence * (1_100_000 // len(sentence) + 1)


def text_holds_nul(item: Item) -> None:
    item["text"] = "The kettle said \0 and nobody answered."


def whole_file(content: bytes) -> Callable[[EdgeCaseStage], Iterator[SampleFile]]:
    """A file with exactly these bytes."""

    def build(stage: EdgeCaseStage) -> Iterator[SampleFile]:
        yield stage.dataset(stage.at(DAY, 9), content)

    return build


def cut_off(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(DAY, 9)
    content = encode_json(stage.good_items(observed_ms, 3))
    yield stage.dataset(observed_ms, content[: content.rindex(b'"stats"') + 20])


def with_bytes(key: bytes, damage: bytes) -> Callable[[EdgeCaseStage], Iterator[SampleFile]]:
    """A file of three items; in the second item, bytes that no JSON writer produces replace `"key":<value>`."""

    def mark(item: Item) -> None:
        holder = item["stats"] if key.decode() in item["stats"] else item
        holder[key.decode()] = MARK

    def build(stage: EdgeCaseStage) -> Iterator[SampleFile]:
        for file in one_odd_item(mark, day=DAY)(stage):
            content = file.content.replace(b'"' + key + b'":"' + MARK.encode() + b'"', damage)
            yield SampleFile(file.source, file.landed_on, file.name, content)

    return build


def not_an_object(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(DAY, 9)
    first, last = stage.good_items(observed_ms)
    yield stage.dataset(observed_ms, [first, "the scraper ran out of flour", last])


def wrong_folder(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(DAY - 1, 23)
    yield stage.dataset(observed_ms, stage.good_items(observed_ms), landed_days_late=1)


def damage(name: str, what_happens: str, build: Callable[[EdgeCaseStage], Iterator[SampleFile]]) -> EdgeCase:
    return EdgeCase(name, what_happens, "quarantined", (DAY,), build, quarantined=1)


def bad_item(name: str, what_happens: str, change: Change) -> EdgeCase:
    return damage(name, what_happens, one_odd_item(change, day=DAY))


FAILED_SCRAPE = encode_json({"success": False, "message": "profile is resting", "data": None})

DAMAGE_EDGE_CASES: tuple[EdgeCase, ...] = (
    damage("truncated_json", "the file ends in the middle of its third item", cut_off),
    damage("html_page", "an error page instead of JSON", whole_file(HTML_PAGE)),
    damage("empty_file", "no bytes at all", whole_file(b"")),
    damage("empty_list", "a list without posts: nothing to load, but somebody should notice", whole_file(b"[]")),
    damage("failed_scrape", "a wrapped response that reports a failure and has no posts", whole_file(FAILED_SCRAPE)),
    damage("wrong_folder", "observed at 23:00, landed in the folder of the next day", wrong_folder),
    damage("not_an_object", "a string between two posts", not_an_object),
    bad_item("nul_in_text", "a NUL character in the text, which PostgreSQL cannot store", text_holds_nul),
    damage(
        "lone_surrogate",
        "half an emoji in the text: neither a character nor valid UTF-8",
        with_bytes(b"text", rb'"text":"Half a pumpkin: \ud83c and no more"'),
    ),
    damage("nan_counter", "a counter is `NaN`, which is not JSON", with_bytes(b"like", b'"like":NaN')),
    damage(
        "duplicate_key",
        "an item with two different texts under one key",
        with_bytes(b"text", b'"text":"The first version","text":"The second version"'),
    ),
    bad_item("id_is_number", "the activity id is a JSON number, which many parsers round", id_is_number),
    bad_item("id_missing", "no id anywhere in the item", id_is_missing),
    bad_item("negative_counter", "-4 comments", counter_is_negative),
    bad_item("absurd_counter", "more reposts than there are people", counter_is_absurd),
    bad_item("counter_is_string", 'comments are `"1,204"`', counter_is_string),
    bad_item("timestamp_in_seconds", "seconds instead of milliseconds: the year 1970", timestamp_is_seconds),
    bad_item(
        "timestamp_in_microseconds",
        "microseconds instead of milliseconds: about the year 57886",
        timestamp_is_microseconds,
    ),
    bad_item("huge_text", "a text of 1.1 MB", text_is_huge),
)
