-- Tenancy: what programs ask of the API, so that a request that is sent twice is done once, and a key has a quota.

set local role syndication_owner;

alter table tenancy.api_keys add column requests_per_day integer check (requests_per_day > 0);
comment on column tenancy.api_keys.requests_per_day is
'How many requests of the API it may make on a UTC day; NULL for no limit.';

create table tenancy.api_key_days (
    organization_id text not null,
    key_id text not null,
    day date not null,
    requests integer not null check (requests > 0),
    primary key (organization_id, key_id, day),
    foreign key (organization_id, key_id) references tenancy.api_keys on delete cascade
);
comment on table tenancy.api_key_days is 'One row is the requests that one key made on one UTC day.';
comment on column tenancy.api_key_days.key_id is 'The key; refers to api_keys.';
comment on column tenancy.api_key_days.day is 'The UTC day.';
comment on column tenancy.api_key_days.requests is
'Number of requests that were let in; those beyond the quota are not counted.';

create table tenancy.api_requests (
    organization_id text not null references tenancy.organizations on delete cascade,
    person text not null check (person <> ''),
    idempotency_key text not null check (length(idempotency_key) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    status integer check (status between 200 and 599),
    answer jsonb,
    requested_at timestamptz not null default now(),
    primary key (organization_id, person, idempotency_key),
    check ((status is null) = (answer is null))
);
comment on table tenancy.api_requests is
'One row is one request that named an Idempotency-Key, and its answer, which the same request gets again within a day.';
comment on column tenancy.api_requests.person is 'Who asked: id of a user, or a login.';
comment on column tenancy.api_requests.idempotency_key is 'The key that the program chose.';
comment on column tenancy.api_requests.request_hash is
'SHA-256 of method, path and body: another request with the same key is refused.';
comment on column tenancy.api_requests.status is 'HTTP status of the answer; NULL while it is under way.';
comment on column tenancy.api_requests.answer is 'The answer; NULL while it is under way.';
comment on column tenancy.api_requests.requested_at is 'When the request came in.';

select tenancy.protect_tenant_table('tenancy.api_key_days');
select tenancy.protect_tenant_table('tenancy.api_requests');
