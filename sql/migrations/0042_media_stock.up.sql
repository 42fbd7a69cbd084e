-- Stock images: where they are searched for, what was found, and under which licence a picture may be used.

set local role syndication_owner;

create sequence media.stock_image_id_sequence as bigint maxvalue 4294967295;
grant usage on sequence media.stock_image_id_sequence to syndication_pipeline;

create type media.attribution_duty as enum ('never', 'always', 'by_licence');
comment on type media.attribution_duty is
'Whether a source wants its author named where a picture is shown.
never: nothing is owed
always: with each picture
by_licence: as the licence of the picture says';

create table media.stock_sources (
    source text primary key check (source in ('own', 'freepik', 'pexels', 'unsplash', 'openverse')),
    position integer not null check (position > 0),
    base_url text check (base_url ~ '^https?://'),
    key_header text check (key_header ~ '^[A-Za-z][A-Za-z0-9-]*$'),
    attribution media.attribution_duty not null,
    must_report_use boolean not null default false,
    blocked_until timestamptz,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check ((source = 'own') = (base_url is null)),
    check (key_header is null or base_url is not null)
);

comment on table media.stock_sources is
'One row is one source of pictures, in the order in which sources are asked. How often it may be asked is in '
'operations.api_quotas. User-maintained.';
comment on column media.stock_sources.source is
'own: the organization''s own stored pictures. freepik, pexels, unsplash, openverse: services of this name.';
comment on column media.stock_sources.position is
'Place in the order: the lowest is asked first, of equal ones the first in the alphabet.';
comment on column media.stock_sources.base_url is 'Address of its API; NULL for own pictures.';
comment on column media.stock_sources.key_header is
'Header that carries the key of the API; NULL for a source that needs none.';
comment on column media.stock_sources.attribution is 'Whether the author is named where a picture is shown.';
comment on column media.stock_sources.must_report_use is
'Whether the source is told of each picture that is used, as Unsplash asks.';
comment on column media.stock_sources.blocked_until is
'When it may be asked again, as it has said itself; NULL if it may be asked now.';
comment on column media.stock_sources.is_active is 'False: it is not asked.';

insert into media.stock_sources (source, position, base_url, key_header, attribution, must_report_use) values
('own', 1, null, null, 'never', false),
('freepik', 2, 'https://api.magnific.com', 'x-magnific-api-key', 'always', false),
('pexels', 3, 'https://api.pexels.com', 'Authorization', 'always', false),
('unsplash', 4, 'https://api.unsplash.com', 'Authorization', 'always', true),
('openverse', 5, 'https://api.openverse.org', null, 'by_licence', false);

create trigger stock_sources_changes
after insert or delete or update of position, base_url, key_header, attribution, must_report_use, is_active
on media.stock_sources
for each row execute function channels.write_rule_change();
create trigger set_updated_at before update on media.stock_sources
for each row execute function tenancy.set_updated_at();
grant select, insert, update, delete on media.stock_sources to syndication_pipeline;
grant select on media.stock_sources to syndication_reader;
select tenancy.comment_standard_columns('media.stock_sources');

create table media.stock_images (
    organization_id text not null references tenancy.organizations on delete cascade,
    stock_image_id text not null default tenancy.public_id('stk', nextval('media.stock_image_id_sequence'))
        check (stock_image_id ~ '^stk-[0-9a-f]{8}$'),
    source text not null references media.stock_sources on update cascade,
    source_image_id text not null check (source_image_id <> ''),
    media_file_id text not null,
    title text check (title <> ''),
    page_url text check (page_url ~ '^https?://'),
    author text check (author <> ''),
    licence text check (licence <> ''),
    licence_url text check (licence_url ~ '^https?://'),
    attribution text check (attribution <> ''),
    is_attribution_required boolean,
    allows_commercial_use boolean,
    allows_changes boolean,
    is_made_by_ai boolean,
    searched_for text check (searched_for <> ''),
    last_used_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, stock_image_id),
    unique (organization_id, source, source_image_id),
    foreign key (organization_id, media_file_id) references media.media_files,
    check (is_attribution_required is not true or attribution is not null)
);

comment on table media.stock_images is
'One row is one stored picture of a source, with its licence. What the source does not say is NULL; without a licence '
'that allows it, no post with the picture is scheduled (publishing.picture_problem).';
comment on column media.stock_images.stock_image_id is 'Public id, such as stk-0a1b2c3d.';
comment on column media.stock_images.source is 'Where it is from; refers to stock_sources.';
comment on column media.stock_images.source_image_id is 'Id of the picture at its source.';
comment on column media.stock_images.media_file_id is 'The stored file.';
comment on column media.stock_images.title is 'What the source calls it; NULL if it has no title.';
comment on column media.stock_images.page_url is 'Page of the picture at its source; NULL if it has none.';
comment on column media.stock_images.author is 'Who made it; NULL if the source does not say.';
comment on column media.stock_images.licence is 'Licence, such as cc-by-4.0 or pexels; NULL if it is not known.';
comment on column media.stock_images.licence_url is 'Page with its text; NULL if the source names none.';
comment on column media.stock_images.attribution is
'The words that name author, source and licence; NULL if nothing is known to name.';
comment on column media.stock_images.is_attribution_required is
'Whether these words have to be in the caption or the picture; NULL if it is not known.';
comment on column media.stock_images.allows_commercial_use is
'Whether marketing may use it; NULL if it is not known.';
comment on column media.stock_images.allows_changes is
'Whether it may be cropped and written upon; NULL if it is not known.';
comment on column media.stock_images.is_made_by_ai is 'Whether a model made it; NULL if the source does not say.';
comment on column media.stock_images.searched_for is 'The terms that found it; NULL if a person chose it.';
comment on column media.stock_images.last_used_at is 'When it was last taken for a visual; NULL if it never was.';

create index stock_images_file on media.stock_images (organization_id, media_file_id);
create index stock_images_source on media.stock_images (source);

create trigger set_updated_at before update on media.stock_images
for each row execute function tenancy.set_updated_at();
create trigger stock_images_audit after insert or update or delete on media.stock_images
for each row execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('media.stock_images');

create table media.stock_searches (
    organization_id text not null references tenancy.organizations on delete cascade,
    source text not null references media.stock_sources on update cascade on delete cascade,
    terms text not null check (terms <> ''),
    orientation text not null check (orientation in ('landscape', 'portrait', 'square')),
    candidates jsonb not null check (jsonb_typeof(candidates) = 'array'),
    searched_at timestamptz not null,
    primary key (organization_id, source, terms, orientation)
);

comment on table media.stock_searches is
'One row is the last answer of a source to a search: it is used again for an hour, so that the source is not asked '
'twice.';
comment on column media.stock_searches.source is 'The source that was asked.';
comment on column media.stock_searches.terms is 'What was searched for.';
comment on column media.stock_searches.orientation is 'landscape, portrait or square.';
comment on column media.stock_searches.candidates is 'What it found, in its order; empty if nothing.';
comment on column media.stock_searches.searched_at is 'When it answered.';

create index stock_searches_source on media.stock_searches (source);

select tenancy.protect_tenant_table('media.stock_searches');

-- How often the sources may be asked, as they say themselves.
alter table operations.api_quotas disable trigger api_quotas_changes;
insert into operations.api_quotas (provider, unit, counted_per, window_seconds, amount, reset_zone, source_url) values
('freepik', 'requests', 'installation', 60, 50, null, 'https://docs.freepik.com/ratelimits'),
('freepik_downloads', 'requests', 'installation', 86400, 100, 'UTC', 'https://docs.freepik.com/ratelimits'),
('pexels', 'requests', 'installation', 3600, 200, null, 'https://www.pexels.com/api/documentation/'),
('pexels', 'requests', 'installation', 2592000, 20000, null, 'https://www.pexels.com/api/documentation/'),
('unsplash', 'requests', 'installation', 3600, 50, null, 'https://unsplash.com/documentation'),
('openverse', 'requests', 'installation', 60, 20, null, 'https://api.openverse.org/v1/'),
('openverse', 'requests', 'installation', 86400, 200, null, 'https://api.openverse.org/v1/');
alter table operations.api_quotas enable trigger api_quotas_changes;
