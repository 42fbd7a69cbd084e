"""Users and members who run commands."""

from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets_tests.rows import DatabaseRows

OWNER, EDITOR, VIEWER = "olga@bakery.example", "edi@bakery.example", "vera@bakery.example"
ADD_VENDOR = ("vendor", "add", "bakery", "--source", "clan_catalogue", "--currency", "GBP")


class People(DatabaseRows):
    """The organization default with users, and its audit log."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(main, list(arguments), input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        return result

    def ok(self, *arguments: str, stdin: str | None = None) -> str:
        result = self.run(*arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.output

    def error(self, *arguments: str, stdin: str | None = None) -> str:
        result = self.run(*arguments, stdin=stdin)
        assert result.exit_code == 1, result.output
        return result.output

    def add(self, email: str, role: str) -> str:
        """Adds a user and member as the owner; returns the id."""
        self.ok("--as", OWNER, "user", "add", email)
        self.ok("--as", OWNER, "member", "add", email, "--role", role)
        return str(self.value("select user_id from tenancy.users where email = %s", [email]))

    def actors(self, table: str) -> list[str]:
        return [
            actor
            for (actor,) in self.rows(
                "select actor from tenancy.audit_log where table_name = %s order by occurred_at, audit_id", [table]
            )
        ]
