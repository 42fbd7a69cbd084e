"""The body of a LinkedIn post, and the accounts that may be its author. Pure.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

import re
from typing import Any
from urllib.parse import urlsplit

from syndication_assets.publishing.publisher import Post
from syndication_assets.text.little_text import little_text

_AUTHOR = re.compile(r"urn:li:(organization|person):[A-Za-z0-9_-]{1,64}")
_POST = re.compile(r"urn:li:(?:share|ugcPost):[0-9]{1,20}")


def author_problem(author: str) -> str | None:
    """Why the account's remote id is no author; None if it is one."""
    if _AUTHOR.fullmatch(author):
        return None
    return (
        f"{author} is no author on LinkedIn: add the account again with --remote-id urn:li:organization:… for a page, "
        "or urn:li:person:… for a profile."
    )


def is_person(author: str) -> bool:
    return author.startswith("urn:li:person:")


def is_post(urn: str) -> bool:
    """Whether it is the id of a post, as `x-restli-id` gives it."""
    return _POST.fullmatch(urn) is not None


def post_body(post: Post, image: str | None) -> dict[str, Any]:
    """The post with its picture (`image`, the URN of the upload), or as an article if it has a link alone.

    LinkedIn reads no page behind a link, so the article's title comes from the post: the alternative text, or the host.
    """
    body: dict[str, Any] = {
        "author": post.remote_account_id,
        "commentary": little_text(post.text),
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    if image is not None:
        body["content"] = {"media": {"id": image} | ({"altText": post.alt_text} if post.alt_text else {})}
    elif post.link_url is not None:
        title = post.alt_text or urlsplit(post.link_url).hostname or post.link_url
        body["content"] = {"article": {"source": post.link_url, "title": title}}
    return body
