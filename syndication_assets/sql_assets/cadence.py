"""When an asset runs, as its tag `cadence`. Jobs select assets by this tag, so a new asset only needs the tag."""

from typing import Final

CADENCE: Final = "cadence"

FETCH_PROFILES: Final = {CADENCE: "fetch-profiles"}
FETCH_INSIGHTS: Final = {CADENCE: "fetch-insights"}
FETCH_FEEDS: Final = {CADENCE: "fetch-feeds"}
FETCH_CATALOGUES: Final = {CADENCE: "fetch-catalogues"}
LOAD: Final = {CADENCE: "daily"}
"""Loads landed files into tables: every day, and for any day."""
LOAD_DOCUMENTS: Final = {CADENCE: "daily", "loads": "documents"}
LOAD_CATALOGUES: Final = {CADENCE: "daily", "loads": "catalogues"}
ROLLUP: Final = {CADENCE: "daily"}
CONTENT: Final = {CADENCE: "content"}
WRITING: Final = {CADENCE: "content", "writing": "resumable"}
"""A later run of the same day continues these assets after the language model was unreachable."""
QUEUE: Final = {CADENCE: "content", "writing": "resumable", "queue": "posts"}
TAG_POSTS: Final = {CADENCE: "tag-posts"}
PUBLISH: Final = {CADENCE: "publish"}
CACHE_MEDIA: Final = {CADENCE: "cache-media"}
ANALYSE_MEDIA: Final = {CADENCE: "analyse-media"}
MAKE_VISUALS: Final = {CADENCE: "make-visuals"}
"""Makes what briefs ask for, and writes their posts."""
CHECK_ACCOUNTS: Final = {CADENCE: "check-accounts"}
REFERENCE: Final = {CADENCE: "reference"}
"""Rows that ship with a version of the project."""
USER_MAINTAINED: Final = {CADENCE: "user-maintained"}
CALL_LOG: Final = {CADENCE: "call-log"}
"""Rows that are written as paid calls are made."""
ALERT_LOG: Final = {CADENCE: "alert-log"}
"""Rows that the look for problems writes, every minute."""
EXECUTION_LOG: Final = {CADENCE: "execution-log"}
"""Rows that every step of the pipeline writes."""
APPROVAL_LOG: Final = {CADENCE: "approval-log"}
"""Rows that decisions write."""
WEBHOOK_LOG: Final = {CADENCE: "webhook-log"}
"""Rows that the delivery of events to other programs writes."""
BACKUP: Final = {CADENCE: "backup"}
ARCHIVE: Final = {CADENCE: "archive"}
BACKUP_INTEGRITY: Final = {CADENCE: "backup-integrity"}
BACKUP_PROOF: Final = {CADENCE: "backup-proof"}
HEALTH: Final = {CADENCE: "health"}
"""Measures the database as it is now, and shows it, four times a day."""
