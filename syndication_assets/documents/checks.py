"""The asset checks of the documents room's tables; each is a SQL file in `sql/documents/checks`."""

from syndication_assets.sql_assets.checks import SqlCheck, sql_checks

CHECKS = [
    SqlCheck("document_observations", "no_orphans"),
    SqlCheck("document_observations", "key_is_unique"),
    SqlCheck("source_documents", "remote_id_is_unique"),
    SqlCheck("source_documents", "match_their_newest_observation"),
    SqlCheck("source_sections", "no_orphans"),
    SqlCheck("source_sections", "key_is_unique"),
    SqlCheck("source_sections", "are_in_order"),
    SqlCheck("source_sections", "have_text"),
]

documents_checks = sql_checks("documents", CHECKS)
