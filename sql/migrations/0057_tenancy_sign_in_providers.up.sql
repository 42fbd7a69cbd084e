-- Tenancy: organizations whose people sign in to the web page with the accounts of their own provider (OpenID Connect).

set local role syndication_owner;

create table tenancy.sign_in_providers (
    organization_id text primary key references tenancy.organizations on delete cascade,
    label text not null check (label <> ''),
    issuer text not null check (issuer ~ '^https?://[^ ?#]+$'),
    client_id text not null check (client_id <> ''),
    credential_id text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    foreign key (organization_id, credential_id) references channels.credentials (organization_id, credential_id)
);
create index sign_in_providers_credential on tenancy.sign_in_providers (organization_id, credential_id);

comment on table tenancy.sign_in_providers is
'One row is the OpenID Connect provider of an organization, with whose accounts its members sign in to the web page. '
'User-maintained.';
comment on column tenancy.sign_in_providers.label is 'What the sign-in page calls it.';
comment on column tenancy.sign_in_providers.issuer is
'Its issuer, as in its tokens: below it, /.well-known/openid-configuration says the rest.';
comment on column tenancy.sign_in_providers.client_id is 'The id under which the provider knows the web page.';
comment on column tenancy.sign_in_providers.credential_id is
'The stored secret of the web page at the provider; NULL for a public client, which has none.';

create table tenancy.sign_in_attempts (
    organization_id text not null references tenancy.organizations on delete cascade,
    state_hash bytea not null check (length(state_hash) = 32),
    browser_hash bytea not null check (length(browser_hash) = 32),
    nonce text not null check (nonce <> ''),
    code_verifier text not null check (length(code_verifier) between 43 and 128),
    leads_to text not null check (leads_to ~ '^/'),
    started_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (organization_id, state_hash),
    check (expires_at > started_at)
);
create index sign_in_attempts_expiry on tenancy.sign_in_attempts (expires_at);

comment on table tenancy.sign_in_attempts is
'One row is one browser that was sent to a provider and has not come back. It can come back once, within minutes.';
comment on column tenancy.sign_in_attempts.state_hash is 'SHA-256 of the state that the provider sends back.';
comment on column tenancy.sign_in_attempts.browser_hash is
'SHA-256 of a cookie of the browser that was sent: another one may not come back for it.';
comment on column tenancy.sign_in_attempts.nonce is 'What the token of the provider has to repeat.';
comment on column tenancy.sign_in_attempts.code_verifier is 'The secret of PKCE, with which the code is exchanged.';
comment on column tenancy.sign_in_attempts.leads_to is 'Path of the page that is shown then.';
comment on column tenancy.sign_in_attempts.started_at is 'When the browser was sent.';
comment on column tenancy.sign_in_attempts.expires_at is 'When it is too late to come back.';

create table tenancy.user_identities (
    organization_id text not null,
    issuer text not null check (issuer <> ''),
    subject text not null check (length(subject) between 1 and 255),
    user_id text not null,
    bound_at timestamptz not null default now(),
    primary key (organization_id, issuer, subject),
    unique (organization_id, issuer, user_id),
    foreign key (organization_id, user_id) references tenancy.organization_members (organization_id, user_id)
    on delete cascade
);
create index user_identities_user on tenancy.user_identities (organization_id, user_id);

comment on table tenancy.user_identities is
'One row is one account at the provider of an organization that belongs to a member: bound when the member first '
'signed in with a verified address, or by an admin. It goes with the membership.';
comment on column tenancy.user_identities.issuer is 'Issuer of the provider.';
comment on column tenancy.user_identities.subject is
'Id of the account at the provider, which is never given to anybody else, as an address may be.';
comment on column tenancy.user_identities.user_id is 'The member; refers to organization_members.';
comment on column tenancy.user_identities.bound_at is 'When it was bound.';

create trigger sign_in_providers_updated_at before update on tenancy.sign_in_providers
for each row execute function tenancy.set_updated_at();
create trigger sign_in_providers_audit after insert or update or delete on tenancy.sign_in_providers
for each row execute function tenancy.write_audit_log();
create trigger user_identities_audit after insert or update or delete on tenancy.user_identities
for each row execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('tenancy.sign_in_providers');
select tenancy.protect_tenant_table('tenancy.user_identities');
select tenancy.protect_tenant_table('tenancy.sign_in_attempts');
-- What is secret on the way is for nobody to read.
revoke select on tenancy.sign_in_attempts from syndication_reader;
grant select (organization_id, leads_to, started_at, expires_at) on tenancy.sign_in_attempts to syndication_reader;

alter table tenancy.web_sessions add column limited_to_organization_id text;
comment on column tenancy.web_sessions.limited_to_organization_id is
'The only organization that the session may see, because its provider signed the user in; NULL for all of the user.';

insert into tenancy.permissions (permission, description) values
('identities.edit', 'Say with which provider''s accounts members sign in, and bind accounts to members.');

-- Nobody changed these rows. Whoever may choose the provider may become anybody of the organization.
alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission) values
('owner', 'identities.edit');
alter table tenancy.role_permissions enable trigger role_permissions_changes;
