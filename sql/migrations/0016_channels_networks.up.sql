-- Channels, second part: accounts on networks of many servers, the health of accounts, limits that a server sets
-- itself, and credentials that are renewed with another one. Counters of Mastodon and Bluesky.

set local role syndication_owner;

-- A publisher is named after its platform, so a new one needs no change here: `mastodon`, `facebook_graph`.
alter table channels.social_accounts
drop constraint social_accounts_publisher_check,
drop constraint social_accounts_check1,
add constraint social_accounts_publisher_name check (publisher ~ '^[a-z][a-z0-9_]*$'),
add constraint social_accounts_publisher_of_platform check (
    publisher = 'dry_run' or publisher = platform or starts_with(publisher, platform || '_')
),
add column server_url text check (server_url ~ '^https?://[^[:space:]/?#@]+$');

comment on column channels.social_accounts.server_url is
'The server of the account, on a network of many servers, such as https://mastodon.example; NULL where the '
'publisher knows the only one.';

-- A platform may give tokens that are made from another one, as Facebook gives those of pages to whoever manages them.
alter table channels.credentials
add column renewed_with text,
add foreign key (organization_id, renewed_with) references channels.credentials (organization_id, credential_id),
add check (renewed_with <> credential_id);

create index credentials_renewed_with on channels.credentials (organization_id, renewed_with)
where renewed_with is not null;

comment on column channels.credentials.renewed_with is
'The credential that this one was made from and is renewed with, such as the token of the person who manages a page; '
'NULL if a person stored the secret.';

grant select (renewed_with) on channels.credentials to syndication_reader;

create type channels.account_health_state as enum ('connected', 'expired', 'revoked', 'error');
comment on type channels.account_health_state is
'What the last check of an account found.
connected: its platform accepts the credential
expired: the credential has expired
revoked: the credential was withdrawn, or may not publish
error: the platform could not be asked, or answered something else';

create table channels.account_health (
    organization_id text not null references tenancy.organizations on delete cascade,
    account_id text not null,
    health channels.account_health_state not null,
    message text check ((health = 'connected') = (message is null)),
    checked_at timestamptz not null,
    connected_at timestamptz,
    primary key (organization_id, account_id),
    foreign key (organization_id, account_id) references channels.social_accounts on delete cascade
);

comment on table channels.account_health is
'One row is one account with what its platform answered when it was last checked. Accounts of the publisher dry_run '
'are never checked.';
comment on column channels.account_health.account_id is 'The account.';
comment on column channels.account_health.health is 'What the last check found.';
comment on column channels.account_health.message is 'Why it is not connected, and what to do; NULL if it is.';
comment on column channels.account_health.checked_at is 'When the account was last checked.';
comment on column channels.account_health.connected_at is
'When a check last found it connected; NULL if none ever did.';

create table channels.account_limits (
    organization_id text not null references tenancy.organizations on delete cascade,
    account_id text not null,
    requirement_key text not null check (requirement_key ~ '^[a-z][a-z0-9_]*$'),
    maximum bigint not null check (maximum >= 0),
    checked_at timestamptz not null,
    primary key (organization_id, account_id, requirement_key),
    foreign key (organization_id, account_id) references channels.social_accounts on delete cascade
);

comment on table channels.account_limits is
'One row is one limit that the server of an account sets itself, as its last check read it. Texts for the account''s '
'platform are written within it, and nothing beyond it is sent.';
comment on column channels.account_limits.account_id is 'The account.';
comment on column channels.account_limits.requirement_key is
'The rule that it narrows, as in channel_requirements: text_length, image_bytes …';
comment on column channels.account_limits.maximum is
'The greatest number that the server accepts, in the unit of the rule.';
comment on column channels.account_limits.checked_at is 'When the server last stated it.';

select tenancy.protect_tenant_table('channels.account_health');
select tenancy.protect_tenant_table('channels.account_limits');

insert into engagement.platform_metrics (platform, metric_name, source_name) values
('mastodon', 'reactions', 'favourites_count'),
('mastodon', 'shares', 'reblogs_count'),
('mastodon', 'comments', 'replies_count'),
('bluesky', 'reactions', 'likeCount'),
('bluesky', 'shares', 'repostCount'),
('bluesky', 'comments', 'replyCount');

-- Counted at once, and fetched every six hours.
insert into engagement.sampling_gaps (platform, sampling_gap) values
('mastodon', '12 hours'),
('bluesky', '12 hours');

select tenancy.comment_standard_columns('channels.account_health');
select tenancy.comment_standard_columns('channels.account_limits');
