"""The files of the demo are made from their URLs, the same each time, and show what the cache is for."""

from syndication_assets.demo.samples.files_of_media import _picture, file_of
from syndication_assets.media.contents.content_kind import mime_type_of, why_rejected
from syndication_assets.media.contents.reading import read_content

HOST = "https://media.linkedin.example/dms"


def test_the_kind_of_a_file_follows_from_its_url():
    for path, media_type in (
        ("image/v2/D4E01/feedshare_0", "image"),
        ("playlist/v2/D4E02/feedshare_0", "video"),
        ("playlist/v2/D4E02/feedshare_0/thumbnail", "thumbnail"),
        ("document/v2/D4E03/feedshare_0", "document"),
    ):
        content, mime_type = file_of(f"{HOST}/{path}?e=1765743810&t=1") or (b"", "")
        assert file_of(f"{HOST}/{path}?e=1765743999&t=2") == (content, mime_type), "only the signature differs"
        assert mime_type_of(content) == mime_type
        assert why_rejected(media_type, mime_type, mime_type) is None
        assert read_content(content, mime_type).thumbnail


def test_many_urls_lead_to_few_files_and_some_to_none():
    files = [file_of(f"{HOST}/image/v2/{number}/feedshare_0") for number in range(400)]
    assert 0 < files.count(None) < 20
    assert len({file for file in files if file is not None}) <= 80


def test_a_copy_in_another_size_looks_like_its_original():
    alike = []
    for scene in range(8):
        hashes = [
            read_content(_picture(scene, is_copy=is_copy), "image/jpeg").perceptual_hash or 0
            for is_copy in (False, True)
        ]
        alike.append(((hashes[0] ^ hashes[1]) & (2**64 - 1)).bit_count())
    assert max(alike) <= 5
