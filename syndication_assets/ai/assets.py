"""The log of requests to language models, as an asset."""

import dagster as dg

from syndication_assets.sql_assets.cadence import CALL_LOG
from syndication_assets.sql_assets.table_specs import external_table

llm_calls = external_table(
    "ai",
    "llm_calls",
    (
        "One row is one request to a language model, with its answer or its error. Written while the calls go on: "
        "what was asked is kept whatever comes of it. What it cost is in operations.api_usage."
    ),
    deps=[dg.AssetKey(["content", "posts_content"])],
    tags=CALL_LOG,
)
