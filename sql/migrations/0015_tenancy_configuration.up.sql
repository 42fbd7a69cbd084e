-- What a team configures for one organization and had no row until now: the feeds of its blogs, and the URLs of its
-- shops' APIs.

set local role syndication_owner;

alter table catalogue.vendors
add column api_url text check (api_url ~ '^https?://[^[:space:]?#@]+$'),
add column api_fallback_url text check (api_fallback_url ~ '^https?://[^[:space:]?#@]+$'),
add check (api_url is not null or api_fallback_url is null),
add check (api_url is null or shop_url is null);

comment on column catalogue.vendors.api_url is
'Base URL of the shop''s catalogue API, for sources that are fetched from one, such as clan_catalogue; NULL if its '
'files land by hand.';
comment on column catalogue.vendors.api_fallback_url is
'Base URL of another server of the same API, used when the first does not answer; NULL if there is none.';

create sequence documents.feed_id_sequence as bigint maxvalue 4294967295;
grant usage on sequence documents.feed_id_sequence to syndication_pipeline;

create table documents.feeds (
    organization_id text not null references tenancy.organizations on delete cascade,
    feed_id text not null default tenancy.public_id('fed', nextval('documents.feed_id_sequence'))
        check (feed_id ~ '^fed-[0-9a-f]{8}$'),
    feed_name text not null check (feed_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    url text not null check (url ~ '^https://[^[:space:]/@]+' and url !~ '[[:space:]]'),
    credential_id text,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, feed_id),
    unique (organization_id, feed_name),
    unique (organization_id, url),
    foreign key (organization_id, credential_id) references channels.credentials (organization_id, credential_id),
    check ((credential_id is not null) = (url like '%{credential}%'))
);

comment on table documents.feeds is
'One row is one RSS or Atom feed that is fetched for one organization. User-maintained.';
comment on column documents.feeds.feed_id is 'Public id, such as fed-0a1b2c3d.';
comment on column documents.feeds.feed_name is 'Name in commands, unique within the organization.';
comment on column documents.feeds.url is
'URL of the feed, over https. {credential} stands where the secret of the credential is put for the request, so that '
'the URL itself holds no token.';
comment on column documents.feeds.credential_id is
'Credential whose secret replaces {credential} in the URL; NULL for a public feed.';
comment on column documents.feeds.is_active is 'False pauses fetching; landed files are still loaded.';

create index feeds_credential on documents.feeds (organization_id, credential_id);

select tenancy.protect_tenant_table('documents.feeds');

create trigger feeds_updated_at before update on documents.feeds
for each row execute function tenancy.set_updated_at();
create trigger feeds_audit after insert or delete or update on documents.feeds
for each row execute function tenancy.write_audit_log();
