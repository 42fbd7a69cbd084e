-- Takes back the quotas of API keys and the record of requests.

set local role syndication_owner;

drop table tenancy.api_requests, tenancy.api_key_days;
alter table tenancy.api_keys drop column requests_per_day;
