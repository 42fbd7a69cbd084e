"""Edge cases of whole files: how a file is wrapped, named or compressed. All of them load."""

from collections.abc import Callable, Iterator

from syndication_assets.demo.samples.edge_case_stage import EdgeCase, EdgeCaseStage, Expected
from syndication_assets.demo.samples.sample_file import SampleFile, meta_file


def wrapped(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(1, 11)
    items = stage.good_items(observed_ms)
    token = items[0]["pagination_token"]
    data = {"posts": items, "pagination_token": token}
    yield stage.dataset(observed_ms, {"success": True, "message": "2 posts", "data": data})


def single_dict(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(1, 11)
    yield stage.dataset(observed_ms, stage.good_items(observed_ms, 1)[0])


def packed(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(1, 11)
    yield stage.dataset(observed_ms, stage.good_items(observed_ms), is_gzipped=True)


def pretty_printed(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(1, 11)
    compact = stage.dataset(observed_ms, stage.good_items(observed_ms)).content
    spaced = compact.replace(b'},{"urn"', b'},\r\n  {"urn"')
    yield stage.dataset(observed_ms, b"\xef\xbb\xbf" + spaced + b"\r\n")


def named_by_meta(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(1, 7)
    data_file = stage.dataset(observed_ms, stage.good_items(observed_ms), has_time=False)
    yield meta_file(data_file, observed_ms)
    yield data_file


def named_by_nothing(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(1, 12)
    yield stage.dataset(observed_ms, stage.good_items(observed_ms), has_time=False)


def copied(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(1, 11)
    items = stage.good_items(observed_ms)
    copy = stage.dataset(observed_ms, items, has_time=False)
    yield stage.dataset(observed_ms, items)
    yield meta_file(copy, observed_ms, cost_usd=0.0)
    yield copy


def copied_and_packed(stage: EdgeCaseStage) -> Iterator[SampleFile]:
    observed_ms = stage.at(1, 11)
    items = stage.good_items(observed_ms)
    yield stage.dataset(observed_ms, items)
    yield stage.dataset(observed_ms, items, is_gzipped=True)


def file_edge_case(
    name: str,
    what_happens: str,
    build: Callable[[EdgeCaseStage], Iterator[SampleFile]],
    expected: Expected = "loaded",
) -> EdgeCase:
    return EdgeCase(name, what_happens, expected, (1,), build)


FILE_EDGE_CASES: tuple[EdgeCase, ...] = (
    file_edge_case("wrapped_list", "`{success, message, data: {posts, pagination_token}}` around the list", wrapped),
    file_edge_case("single_dict", "one post without a list around it", single_dict),
    file_edge_case("gzipped", "a `.json.gz` file", packed),
    file_edge_case("byte_order_mark", "a byte order mark and Windows line ends, saved by hand", pretty_printed),
    file_edge_case("time_from_meta", "no time in the name, but one in the companion `.meta.json`", named_by_meta),
    file_edge_case(
        "time_unknown",
        "no time in the name and no companion: noon UTC of the landing day",
        named_by_nothing,
        "loaded with note",
    ),
    file_edge_case(
        "duplicate_file",
        "the same bytes under another name, with the same time in its companion: no second snapshot",
        copied,
        "loaded with note",
    ),
    file_edge_case(
        "duplicate_gzipped",
        "the same file, uncompressed and compressed: no second snapshot",
        copied_and_packed,
        "loaded with note",
    ),
)
