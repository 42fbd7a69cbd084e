-- Tenancy: service accounts may ask the API with tokens of their organization's provider.

set local role syndication_owner;

-- Another audience than that of the web page: a token that signs a person in opens no API.
alter table tenancy.sign_in_providers
add column api_audience text,
add constraint sign_in_providers_api_audience check (api_audience <> '' and api_audience <> client_id);
comment on column tenancy.sign_in_providers.api_audience is
'The audience of tokens with which service accounts ask the API; NULL if they may not.';
