-- Removes the counts of requests.

set local role syndication_owner;

drop table tenancy.request_rates;
