"""Items of LinkedIn datasets as the actor returns them, and what the parser makes of them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.observation import ParsedItem, PostObservation
from syndication_assets.scraping.linkedin.dataset_parser import parse_item

PUBLISHED_AT = datetime(2025, 11, 20, 9, 2, 3, 457_000, tzinfo=UTC)

ACTIVITY = str(1_763_629_323_457 << 22 | 12_345)

UGC_POST = "7397196000000000001"

SHARE = "7397196000000000002"

ORIGINAL_AT = datetime(2025, 10, 1, tzinfo=UTC)

ORIGINAL = str(int(ORIGINAL_AT.timestamp() * 1000) << 22)


def post(**changes: Any) -> dict[str, Any]:
    item = {
        "urn": {"activity_urn": ACTIVITY, "share_urn": None, "ugcPost_urn": UGC_POST},
        "full_urn": f"urn:li:ugcPost:{UGC_POST}",
        "posted_at": {
            "timestamp": 1_763_629_323_457,
            "date": "2025-11-20 10:02:03",
            "relative": "3 hours ago • Edited • Visible to anyone on or off LinkedIn",
        },
        "text": "Wir stricken jetzt gemeinsam. #Wolle",
        "url": f"https://www.linkedin.com/posts/lena-beispiel_wolle-activity-{ACTIVITY}-aBcD",
        "post_type": "regular",
        "author": {
            "first_name": "Lena",
            "last_name": "Beispiel",
            "headline": "Strickt",
            "username": "Lena-Beispiel",
            "profile_url": "https://www.linkedin.com/in/lena-beispiel?miniProfileUrn=urn%3Ali",
            "profile_picture": "https://media.example.com/p/1",
        },
        "stats": {"total_reactions": 12, "like": 10, "love": 2, "support": 0, "comments": 3, "reposts": 1},
        "pagination_token": "dXJu",
    }
    item.update(changes)
    return {key: value for key, value in item.items() if value is not ...}


def repost(**changes: Any) -> dict[str, Any]:
    """The author, url, text, full_urn and stats are the original's; activity id and time are the act's."""
    values: dict[str, Any] = {
        "post_type": "repost",
        "urn": {"activity_urn": ACTIVITY, "share_urn": SHARE, "ugcPost_urn": None},
        "full_urn": f"urn:li:activity:{ORIGINAL}",
        "url": f"https://www.linkedin.com/posts/wollwerk_garn-activity-{ORIGINAL}-xYz",
        "text": "Neues Garn",
        "author": {"first_name": "Wollwerk AG", "profile_url": "https://www.linkedin.com/company/Wollwerk/posts"},
    }
    return post(**{**values, **changes})


def parse(item: dict[str, Any], tracked: str | None = "lena-beispiel") -> ParsedItem:
    return parse_item(json.dumps(item).encode(), tracked)


def only(item: dict[str, Any]) -> PostObservation:
    (observation,) = parse(item).observations
    return observation


def reason(item: dict[str, Any]) -> str:
    with pytest.raises(ItemRejectedError) as rejected:
        parse(item)
    return str(rejected.value)
