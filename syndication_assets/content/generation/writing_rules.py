"""What an organization wants when the language model is down: rows of content.writing_rules."""

from syndication_assets.database.connection import Connection


def templates_replace_model(connection: Connection) -> frozenset[str]:
    """The organizations whose texts templates write while the language model is down; the others wait for it."""
    rows = connection.execute("select organization_id from content.writing_rules where when_model_is_down = 'template'")
    return frozenset(organization_id for (organization_id,) in rows)
