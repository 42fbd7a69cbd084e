"""The log of requests to language models, as an asset."""

import dagster as dg

from syndication_assets.sql_assets.cadence import CALL_LOG
from syndication_assets.sql_assets.table_specs import external_table

llm_calls = external_table(
    "ai",
    "llm_calls",
    (
        "One row is one request to a language model, with its answer or its error. Rows are written while a run goes "
        "on, so a failed run keeps its requests. The cost of a request is in operations.api_usage."
    ),
    deps=[dg.AssetKey(["content", "posts_content"]), dg.AssetKey(["curation", "post_classifications"])],
    tags=CALL_LOG,
)
