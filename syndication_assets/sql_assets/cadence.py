"""When an asset runs: its tag `cadence`. Jobs select by it, so a new asset joins its job by its tag alone."""

from typing import Final

CADENCE: Final = "cadence"

FETCH_PROFILES: Final = {CADENCE: "fetch-profiles"}
FETCH_INSIGHTS: Final = {CADENCE: "fetch-insights"}
FETCH_FEEDS: Final = {CADENCE: "fetch-feeds"}
FETCH_CATALOGUES: Final = {CADENCE: "fetch-catalogues"}
LOAD: Final = {CADENCE: "daily"}
"""Landed files into tables, every day and for any day."""
LOAD_DOCUMENTS: Final = {CADENCE: "daily", "loads": "documents"}
LOAD_CATALOGUES: Final = {CADENCE: "daily", "loads": "catalogues"}
ROLLUP: Final = {CADENCE: "daily"}
CONTENT: Final = {CADENCE: "content"}
WRITING: Final = {CADENCE: "content", "writing": "resumable"}
"""What a later run of the same day continues when the language model could not be reached."""
QUEUE: Final = {CADENCE: "content", "writing": "resumable", "queue": "posts"}
PUBLISH: Final = {CADENCE: "publish"}
REFERENCE: Final = {CADENCE: "reference"}
"""Rows that come with a version of the project."""
USER_MAINTAINED: Final = {CADENCE: "user-maintained"}
CALL_LOG: Final = {CADENCE: "call-log"}
"""Rows that are written while calls are made."""
