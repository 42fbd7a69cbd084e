"""Writes `sql/<room>/schema.sql`: the schema of each room after all migrations, to be read by people.

`python -m syndication_assets.database.schema.schema_files` rewrites the files; `--check` only reports whether they are
current. Both use a temporary embedded server.
"""

import sys
import tempfile
from pathlib import Path

import click

from syndication_assets.database import embedded_postgres
from syndication_assets.database.connection import SQL_DIRECTORY, Connection, connect
from syndication_assets.database.migrating import migrations
from syndication_assets.database.schema.schema_catalogue import rooms
from syndication_assets.database.schema.schema_text import room_text


def schema_texts(connection: Connection) -> dict[str, str]:
    """The text of `sql/<room>/schema.sql` by room, as the schemas are in this transaction."""
    return {room.schema.name: room_text(room) for room in rooms(connection)}


def texts_of_the_migrations() -> dict[str, str]:
    """The same after all migrations on a new embedded server."""
    with tempfile.TemporaryDirectory(prefix="syn", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)  # started by root, the server runs as another user
        local_directory = Path(directory) / "local"
        url = embedded_postgres.start(local_directory)
        try:
            migrations.migrate(url)
            with connect(url) as connection:
                return schema_texts(connection)
        finally:
            embedded_postgres.stop(local_directory)


def committed_texts(sql_directory: Path) -> dict[str, str]:
    """The texts of the files below `sql/`, by room."""
    return {path.parent.name: path.read_text(encoding="utf-8") for path in sql_directory.glob("*/schema.sql")}


@click.command(help=__doc__)
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if a file differs from the migrations.")
def main(check: bool) -> None:
    texts = texts_of_the_migrations()
    committed = committed_texts(SQL_DIRECTORY)
    different = sorted(room for room in texts.keys() | committed.keys() if texts.get(room) != committed.get(room))
    if not different:
        click.echo("The files sql/<room>/schema.sql are current.")
    elif check:
        names = ", ".join(f"sql/{room}/schema.sql" for room in different)
        click.echo(f"Not as the migrations say: {names}. Run `make schema`, and commit.", err=True)
        sys.exit(1)
    for room in different:
        path = SQL_DIRECTORY / room / "schema.sql"
        if room in texts:
            path.parent.mkdir(exist_ok=True)
            path.write_text(texts[room], encoding="utf-8")
        else:
            path.unlink()
        click.echo(f"{'Wrote' if room in texts else 'Removed'} sql/{room}/schema.sql.")


if __name__ == "__main__":
    main()
