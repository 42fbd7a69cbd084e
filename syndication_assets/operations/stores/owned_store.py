"""A store that belongs to one database: only this one writes and removes files there.

A restored copy of a database does not know the files that were written since its backup. At the place of the live
database, it would take them for what a killed run has left, and remove them.
"""

from datetime import UTC, datetime
from typing import ClassVar

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.database.identity import identity_of
from syndication_assets.operations.stores.private_store import PrivateStore

MARK = ".belongs-to"
"""The file that names the database. It is not in the way of any other: names of folders begin with no dot."""
_HOME = "select identity from publishing.home_server"


class OwnedStore(PrivateStore):
    """The files below `url`, which everybody may read. `claim` comes before the first change."""

    variable: ClassVar[str]
    """The setting that names the place."""
    take_over_command: ClassVar[str]
    """The command that makes the place another database's."""

    _identity: str | None = None
    """The identity of the database that claimed the place."""
    _is_marked = False

    def claim(self, url: str) -> None:
        """Makes sure that the place is this database's. A place that is nobody's becomes its own with the first change.

        The error of the store if it belongs to another database; or if it has files, nobody's mark, and this database
        was restored or moved: then they may be those of the former one.
        """
        with transaction(url) as connection:
            identity = identity_of(connection)
            was_moved = any(home != identity for (home,) in connection.execute(_HOME))
        owner = self._owner()
        if (owner is None and was_moved and not self._is_empty()) or owner not in {None, identity}:
            raise self.error(
                f"{self.url} belongs to another database, whose files this one does not know, so nothing was written "
                f"or removed there. If this is a copy, set {self.variable} to an empty place. If it takes the place of "
                f"a database that is gone, run `{self.take_over_command}`."
            )
        self._identity, self._is_marked = identity, owner is not None

    def take_over(self, connection: Connection) -> None:
        """Makes the place this database's, whomever it belonged to."""
        self._mark(identity_of(connection))

    def _require_claim(self) -> None:
        """Comes before each change. AssertionError without a claim, which is a mistake of the program."""
        if self._identity is None:
            raise AssertionError(f"The {self.what} at {self.url} is changed before it is claimed.")
        if not self._is_marked:
            self._mark(self._identity)
            self._is_marked = True

    def _owner(self) -> str | None:
        with self._errors("read"):
            self._filesystem.invalidate_cache()
            if not self._filesystem.exists(self._path(MARK)):
                return None
            return str(self._filesystem.cat_file(self._path(MARK)).decode()).partition("\n")[0]

    def _is_empty(self) -> bool:
        with self._errors("read"):
            return not self._filesystem.exists(self._root) or not self._filesystem.find(self._root)

    def _mark(self, identity: str) -> None:
        content = f"{identity}\nsince {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode()
        with self._errors("written"):
            self._make_folder("", is_new=False)
            self._write_whole(MARK, content)
