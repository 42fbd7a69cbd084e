"""Checks every account that sends: does its platform accept the credential, and which limits does its server set?

What is found is written to channels.account_health and channels.account_limits. A rejected credential disconnects its
account, as it would when a post is sent, so a person hears of it before one is due. A check sends nothing, and never
connects an account that is disconnected: a person does.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from syndication_assets.channels.accounts.account_health import AccountHealth, AccountState, unreachable
from syndication_assets.channels.accounts.account_health_records import record_health
from syndication_assets.channels.accounts.credentials import open_credential
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.publishing.publisher import Account, Publisher
from syndication_assets.settings import Settings

logger = logging.getLogger(__name__)


class _Row(NamedTuple):
    """A row of channels/accounts_to_check.sql."""

    organization_id: str
    organization: str
    account_id: str
    display_name: str
    publisher: str
    remote_account_id: str
    server_url: str | None
    credential_id: str | None
    expires_at: datetime | None
    expires_soon: bool


@dataclass(frozen=True, slots=True)
class CheckedAccount:
    """One account and what its check found."""

    organization: str
    account_id: str
    display_name: str
    health: AccountHealth
    expires_at: datetime | None
    expires_soon: bool

    @property
    def needs_attention(self) -> bool:
        return self.health.state is not AccountState.CONNECTED or self.expires_soon

    @property
    def sentence(self) -> str:
        reason = f": {self.health.message}" if self.health.message else ""
        soon = f" Its credential expires at {self.expires_at:%Y-%m-%d %H:%M} UTC." if self.expires_soon else ""
        return f"{self.organization} {self.account_id} {self.display_name}: {self.health.state.value}{reason}{soon}"


def check_accounts(
    url: str,
    settings: Settings,
    publishers: Mapping[str, Publisher],
    account_id: str | None = None,
    *,
    dagster_run_id: str | None = None,
    log: logging.Logger = logger,
) -> list[CheckedAccount]:
    """Checks the accounts of these publishers, or one, outside of any transaction, and records each by itself."""
    with transaction(url) as connection:
        rows = [
            _Row(*row)
            for row in connection.execute(
                load_sql("channels/accounts_to_check.sql"), {"publishers": list(publishers), "account_id": account_id}
            )
        ]
    checked = []
    with CallLedger(url, dagster_run_id) as ledger:
        for row in rows:
            with ledger.of(row.organization_id, row.account_id):
                health = _check(url, settings, publishers[row.publisher], row)
            with transaction(url) as connection:
                record_health(connection, row.organization_id, row.account_id, health)
            account = CheckedAccount(
                row.organization, row.account_id, row.display_name, health, row.expires_at, row.expires_soon
            )
            if account.needs_attention:
                log.warning(account.sentence)
            checked.append(account)
    return checked


def _check(url: str, settings: Settings, publisher: Publisher, row: _Row) -> AccountHealth:
    secret = None
    try:
        if row.credential_id is not None:
            with transaction(url) as connection:
                secret = open_credential(connection, settings, row.organization_id, row.credential_id)
        return publisher.check(Account(row.remote_account_id, row.server_url), secret)
    except SyndicationError as error:
        return unreachable(str(error))
    except Exception as error:
        # The message of the exception may contain the secret; its type does not.
        return unreachable(f"The publisher failed: {type(error).__name__}.")
