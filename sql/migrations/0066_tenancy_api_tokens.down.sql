-- Takes tokens of providers from the API.

set local role syndication_owner;

alter table tenancy.sign_in_providers drop column api_audience;
