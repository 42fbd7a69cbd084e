"""What must hold in the tables of the documents room."""

from syndication_assets.sql_assets.checks import SqlCheck, sql_checks

CHECKS = [
    SqlCheck("document_observations", "no_orphans"),
    SqlCheck("document_observations", "key_is_unique"),
    SqlCheck("source_documents", "remote_id_is_unique"),
    SqlCheck("source_documents", "are_their_newest_observations"),
    SqlCheck("source_sections", "no_orphans"),
    SqlCheck("source_sections", "key_is_unique"),
    SqlCheck("source_sections", "are_in_order"),
    SqlCheck("source_sections", "have_a_text"),
]

documents_checks = sql_checks("documents", CHECKS)
