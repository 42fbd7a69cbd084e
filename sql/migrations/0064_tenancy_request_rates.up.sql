-- Tenancy: how often somebody asks the web page is counted for all of its processes together.

set local role syndication_owner;

create table tenancy.request_rates (
    limit_name text not null,
    who_hash bytea not null check (length(who_hash) = 32),
    minute timestamptz not null,
    requests integer not null check (requests > 0),
    requests_before integer not null check (requests_before >= 0),
    primary key (limit_name, who_hash)
);
create index request_rates_minute on tenancy.request_rates (minute);

comment on table tenancy.request_rates is
'One row is somebody who asked the web page or the API lately, and how often. Rows are removed after some minutes.';
comment on column tenancy.request_rates.limit_name is 'What is limited, as in "10 per 1 minute".';
comment on column tenancy.request_rates.who_hash is 'SHA-256 of the address, session or key.';
comment on column tenancy.request_rates.minute is 'The last minute with a request that was let in.';
comment on column tenancy.request_rates.requests is 'Number of requests that were let in during that minute.';
comment on column tenancy.request_rates.requests_before is
'Number of requests that were let in during the minute before.';

grant select, insert, update, delete on tenancy.request_rates to syndication_pipeline;
