"""Posts for a page, and its token."""

from pydantic import SecretStr

from syndication_assets.publishing.publisher import Post

TOKEN = "canary-EAAB/page+token="


SECRET = SecretStr(TOKEN)


def post(**more: object) -> Post:
    values: dict[str, object] = {
        "target_id": "tgt-00000001",
        "attempt_number": 1,
        "remote_account_id": "1234",
        "channel_type": "feed_post",
        "text": "Shortbread from Skye",
    }
    return Post(**(values | more))  # type: ignore[arg-type]
