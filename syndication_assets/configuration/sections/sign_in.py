"""`sign_in`: with which provider's accounts the members of an organization sign in to the web page."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from syndication_assets.configuration.entry import DashedName, Entry, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.configuration.sections.credentials import credential_findings, credential_id

_TABLE = "tenancy.sign_in_providers"


class SignIn(Entry):
    """The OpenID Connect provider of an organization."""

    label: Annotated[Text, Field(max_length=80)] = Field(description="What the sign-in page calls it.")
    issuer: Annotated[str, Field(pattern="^(https://|http://(127[.]0[.]0[.]1|localhost)[:/])[^ ?#]+$")] = Field(
        description="Its issuer, exactly as in its tokens: an address over https, or of this machine."
    )
    client_id: Text = Field(description="The id under which the provider knows the web page.")
    credential: DashedName | None = Field(
        default=None, description="Name of the credential that holds the secret of the web page; none without a secret."
    )
    api_audience: Text | None = Field(
        default=None,
        description="The audience of tokens with which service accounts ask the API, another one than client_id; none "
        "if they may not.",
    )


def _check(context: Context, entry: SignIn) -> Iterable[Finding]:
    yield from credential_findings(context, entry.credential, platform=None)
    if entry.api_audience == entry.client_id:
        yield Finding(
            "api_audience", "is that of the web page: let the provider give tokens for the API one of its own"
        )


def _write(context: Context, entry: SignIn) -> None:
    values = {
        "organization_id": context.organization_id,
        **entry.model_dump(exclude={"credential"}),
        "credential_id": credential_id(context, entry.credential),
    }
    upsert(context.connection, _TABLE, ("organization_id",), values)


def _remove(context: Context, _: SignIn) -> None:
    delete(context.connection, _TABLE, {"organization_id": context.organization_id})


SIGN_IN = Section(
    name="sign_in",
    noun="provider of sign-ins",
    removed="Members sign in with passwords and links; sessions go on until they end.",
    entry=SignIn,
    permission="identities.edit",
    key=(),
    read=reader(
        SignIn,
        "select p.label, p.issuer, p.client_id, c.credential_name as credential, p.api_audience"
        " from tenancy.sign_in_providers as p"
        " left join channels.credentials as c"
        "     on p.organization_id = c.organization_id and p.credential_id = c.credential_id"
        " where p.organization_id = %(organization_id)s",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
