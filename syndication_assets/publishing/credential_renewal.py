"""Renews credentials that are made from another one: a person's token gives those of the pages that the person manages.

The person's token is prolonged once, and the tokens of all its pages are renewed from it. A failure changes nothing:
the old tokens stay, the failure is counted, and the next run tries again until the old ones expire.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from syndication_assets.channels.accounts.accounts import use_credential
from syndication_assets.channels.accounts.credentials import count_failed_refresh, open_credential, store_credential
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.database.secret_box import SecretBox
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.publishing.publisher import Account, Publisher, Token, TokenError, TokenSource
from syndication_assets.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class RenewalReport:
    """The result of a run."""

    renewed: int = 0
    """Accounts with a new token."""
    problems: list[str] = field(default_factory=list)


class _Row(NamedTuple):
    """A row of channels/credentials_to_renew.sql."""

    organization_id: str
    organization: str
    account_id: str
    display_name: str
    publisher: str
    remote_account_id: str
    server_url: str | None
    credential_name: str
    source_id: str
    source_name: str


def renew_credentials(
    url: str,
    settings: Settings,
    publishers: Mapping[str, Publisher],
    account_id: str | None = None,
    *,
    log: logging.Logger = logger,
) -> RenewalReport:
    """Renews what is due, or the credential of one account. The platforms are called outside of any transaction."""
    sources = _token_sources(publishers)
    with transaction(url) as connection:
        rows = [
            _Row(*row)
            for row in connection.execute(
                load_sql("channels/credentials_to_renew.sql"), {"publishers": list(sources), "account_id": account_id}
            )
        ]
    report = RenewalReport()
    for _, group in groupby(rows, key=lambda row: (row.organization_id, row.source_id, row.publisher)):
        accounts = list(group)
        try:
            _renew(url, settings, sources[accounts[0].publisher], accounts, report)
        except SyndicationError as error:
            if isinstance(error, TokenError):
                _count_failure(url, accounts[0])
            report.problems.append(f"{accounts[0].organization}: {accounts[0].source_name} was not renewed. {error}")
    for problem in report.problems:
        log.warning(problem)
    return report


def connect_account(
    url: str, settings: Settings, publishers: Mapping[str, Publisher], account_id: str, source_name: str, actor: str
) -> str:
    """Gives an account a token of its own, made from a person's; returns the account's name. The audit log has `actor`.

    SyndicationError, with nothing changed, if the platform gives none.
    """
    with transaction(url) as connection:
        row = connection.execute(
            "select a.organization_id, o.slug, a.display_name, a.publisher, a.remote_account_id,"
            " a.server_url, a.platform, c.credential_id, c.credential_name from channels.social_accounts as a"
            " join tenancy.organizations as o using (organization_id)"
            " left join channels.credentials as c on c.organization_id = a.organization_id and c.credential_name = %s"
            " where a.account_id = %s",
            [source_name, account_id],
        ).fetchone()
        if row is None:
            raise SyndicationError(f"There is no account {account_id}: `syndication account list` shows the accounts.")
        organization_id, organization, display_name, publisher_name, remote_id, server, platform, source_id, name = row
        publisher = _token_sources(publishers).get(publisher_name)
        if publisher is None:
            raise SyndicationError(f"{publisher_name} makes no tokens from others: store the account's own.")
        if source_id is None:
            raise SyndicationError(
                f"There is no credential {source_name!r}: store the person's token with `syndication credentials set "
                f"{source_name}`."
            )
        account = _Row(
            organization_id,
            organization,
            account_id,
            display_name,
            publisher_name,
            remote_id,
            server,
            f"{platform}-{account_id}",
            source_id,
            name,
        )
        secret = open_credential(connection, settings, account.organization_id, source_id)
    with CallLedger(url) as ledger, ledger.of(account.organization_id, account_id):
        source = publisher.prolong(secret)
        token = publisher.token_of(Account(account.remote_account_id, account.server_url), source.secret)
    _store(url, settings, source, account, [(account, token)], actor)
    return account.display_name


def _token_sources(publishers: Mapping[str, object]) -> dict[str, TokenSource]:
    """Those of the publishers whose accounts' tokens are made from a person's."""
    return {name: publisher for name, publisher in publishers.items() if isinstance(publisher, TokenSource)}


def _renew(url: str, settings: Settings, source: TokenSource, rows: list[_Row], report: RenewalReport) -> None:
    """Prolongs one source and renews its accounts; one whose token fails is a problem of the report."""
    with transaction(url) as connection:
        secret = open_credential(connection, settings, rows[0].organization_id, rows[0].source_id)
    with CallLedger(url) as ledger, ledger.of(rows[0].organization_id):
        prolonged = source.prolong(secret)
        made = _tokens(source, prolonged, rows, report)
    _store(url, settings, prolonged, rows[0], made)
    report.renewed += len(made)


def _tokens(source: TokenSource, prolonged: Token, rows: list[_Row], report: RenewalReport) -> list[tuple[_Row, Token]]:
    """The tokens of the accounts; one that fails is a problem of the report."""
    made: list[tuple[_Row, Token]] = []
    for row in rows:
        try:
            made.append((row, source.token_of(Account(row.remote_account_id, row.server_url), prolonged.secret)))
        except TokenError as error:
            report.problems.append(f"{row.organization} {row.account_id} {row.display_name} has its old token. {error}")
    return made


def _store(
    url: str,
    settings: Settings,
    source: Token,
    of_source: _Row,
    made: list[tuple[_Row, Token]],
    actor: str | None = None,
) -> None:
    """Stores the source and the tokens made from it in one transaction."""
    box = SecretBox(settings.secret_keys)
    with transaction(url) as connection:
        if actor is not None:
            connection.execute("select set_config('app.actor', %s, true)", [actor])
        store_credential(
            connection,
            box,
            of_source.organization_id,
            of_source.source_name,
            source.secret,
            platform=None,
            expires_at=source.expires_at,
        )
        for row, token in made:
            credential_id = store_credential(
                connection,
                box,
                row.organization_id,
                row.credential_name,
                token.secret,
                platform=None,
                expires_at=token.expires_at,
                renewed_with=row.source_id,
            )
            use_credential(connection, row.organization_id, row.account_id, credential_id)


def _count_failure(url: str, row: _Row) -> None:
    with transaction(url) as connection:
        count_failed_refresh(connection, row.organization_id, row.source_id)
