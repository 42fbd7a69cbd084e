"""The asset checks of the documents room's tables; each is a SQL file in `sql/documents/<table>/checks`."""

from syndication_assets.sql_assets.checks import SqlCheck, constraints_of, sql_checks

CHECKS = [
    constraints_of("document_observations"),
    constraints_of("source_documents"),
    SqlCheck("source_documents", "match_their_newest_observation"),
    constraints_of("source_sections"),
    SqlCheck("source_sections", "are_in_order"),
    SqlCheck("source_sections", "have_text"),
]

documents_checks = sql_checks("documents", CHECKS)
