-- Brand: profiles with immutable versions, the files of a brand, and visual templates with immutable versions.

create schema brand authorization syndication_owner;

set local role syndication_owner;

grant usage on schema brand to syndication_pipeline, syndication_reader;

create sequence brand.brand_id_sequence as bigint maxvalue 4294967295;
create sequence brand.asset_id_sequence as bigint maxvalue 4294967295;
create sequence brand.template_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema brand to syndication_pipeline;

create function brand.reject_change_of_version()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'Versions are immutable: an edit adds a version'
        using errcode = 'integrity_constraint_violation', constraint = tg_name;
end
$$;

comment on function brand.reject_change_of_version is 'Rejects an update of a version.';

create table brand.enforcement_levels (
    enforcement_level text primary key check (enforcement_level ~ '^[a-z][a-z0-9_]*$'),
    minimum_score numeric(3, 2) not null check (minimum_score between 0 and 1),
    description text not null check (description <> '')
);

comment on table brand.enforcement_levels is
'One row is one level of strictness that a brand may choose, shared by all organizations.';
comment on column brand.enforcement_levels.enforcement_level is 'Name in every other table and in commands.';
comment on column brand.enforcement_levels.minimum_score is
'Compliance score, from 0 to 1, that a picture of such a brand needs, unless the brand has its own.';
comment on column brand.enforcement_levels.description is 'What it means, for people.';

grant select, insert, update, delete on brand.enforcement_levels to syndication_pipeline;
grant select on brand.enforcement_levels to syndication_reader;

insert into brand.enforcement_levels (enforcement_level, minimum_score, description) values
('strict', .95, 'Nothing leaves that breaks a rule of the brand.'),
('moderate', .80, 'Small deviations pass.'),
('flexible', .60, 'The brand is recognized; most rules are recommendations.'),
('advisory', .40, 'Rules are advice.');

create table brand.brand_profiles (
    organization_id text not null references tenancy.organizations on delete cascade,
    brand_id text not null default tenancy.public_id('brd', nextval('brand.brand_id_sequence'))
        check (brand_id ~ '^brd-[0-9a-f]{8}$'),
    brand_name text not null check (brand_name <> ''),
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, brand_id),
    unique (organization_id, brand_name)
);

comment on table brand.brand_profiles is
'One row is one brand of an organization; what it looks and sounds like is in brand_profile_versions. User-maintained.';
comment on column brand.brand_profiles.brand_id is 'Public id, such as brd-0a1b2c3d.';
comment on column brand.brand_profiles.brand_name is 'Name for people, unique in the organization.';
comment on column brand.brand_profiles.is_active is 'False: no new pictures are made for it.';

create trigger brand_profiles_updated_at before update on brand.brand_profiles
for each row execute function tenancy.set_updated_at();
create trigger brand_profiles_audit after insert or update or delete on brand.brand_profiles
for each row execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('brand.brand_profiles');

create table brand.brand_profile_versions (
    organization_id text not null,
    brand_id text not null,
    version integer not null check (version >= 1),
    repeats_version integer check (repeats_version >= 1),
    colours jsonb not null check (jsonb_typeof(colours) = 'object'),
    heading_family text not null check (heading_family <> ''),
    text_family text not null check (text_family <> ''),
    voice text check (voice <> ''),
    messaging_guidelines text check (messaging_guidelines <> ''),
    visual_guidelines text check (visual_guidelines <> ''),
    usage_restrictions text check (usage_restrictions <> ''),
    vocabulary text[] not null default '{}',
    banned_words text[] not null default '{}',
    languages text[] not null check (cardinality(languages) > 0),
    enforcement_level text not null references brand.enforcement_levels on update cascade,
    minimum_score numeric(3, 2) check (minimum_score between 0 and 1),
    changed_by text not null default tenancy.current_actor(),
    created_at timestamptz not null default now(),
    primary key (organization_id, brand_id, version),
    foreign key (organization_id, brand_id) references brand.brand_profiles on delete cascade,
    check (repeats_version < version)
);

comment on table brand.brand_profile_versions is
'One row is one version of one brand; the highest version is current. Versions are immutable: an edit or a roll-back '
'adds one.';
comment on column brand.brand_profile_versions.brand_id is 'The brand; refers to brand_profiles.';
comment on column brand.brand_profile_versions.version is 'From 1 within the brand.';
comment on column brand.brand_profile_versions.repeats_version is
'The earlier version that a roll-back repeated; NULL for an edit.';
comment on column brand.brand_profile_versions.colours is
'Colours as "#rrggbb" by name: primary, secondary, accent, dark and light, which templates may rely on, and others.';
comment on column brand.brand_profile_versions.heading_family is 'Font of headings.';
comment on column brand.brand_profile_versions.text_family is 'Font of all other texts.';
comment on column brand.brand_profile_versions.voice is 'How the brand speaks; NULL if nobody said.';
comment on column brand.brand_profile_versions.messaging_guidelines is
'What it says and does not say; NULL if nobody said.';
comment on column brand.brand_profile_versions.visual_guidelines is 'What its pictures show; NULL if nobody said.';
comment on column brand.brand_profile_versions.usage_restrictions is
'Where its logo and files may not be used; NULL if nobody said.';
comment on column brand.brand_profile_versions.vocabulary is 'Words that it prefers, as it spells them.';
comment on column brand.brand_profile_versions.banned_words is 'Words that it never uses.';
comment on column brand.brand_profile_versions.languages is 'Languages that it speaks, as BCP 47 tags; its own first.';
comment on column brand.brand_profile_versions.enforcement_level is
'How strictly its rules are held; refers to enforcement_levels.';
comment on column brand.brand_profile_versions.minimum_score is
'Compliance score that its pictures need; NULL for that of the level.';
comment on column brand.brand_profile_versions.changed_by is 'Who wrote it: tenancy.current_actor().';

create index brand_profile_versions_level on brand.brand_profile_versions (enforcement_level);

create trigger brand_profile_versions_are_immutable before update on brand.brand_profile_versions
for each row execute function brand.reject_change_of_version();
create trigger brand_profile_versions_audit after insert on brand.brand_profile_versions
for each row execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('brand.brand_profile_versions');

create type brand.asset_type as enum ('logo', 'icon', 'image', 'pattern', 'texture', 'graphic', 'font');
comment on type brand.asset_type is
'What a file of a brand is.
logo: the mark that pictures carry
pattern: fills the background of a picture without a photo
font: a TrueType or OpenType file';

create table brand.brand_assets (
    organization_id text not null,
    asset_id text not null default tenancy.public_id('bra', nextval('brand.asset_id_sequence'))
        check (asset_id ~ '^bra-[0-9a-f]{8}$'),
    brand_id text not null,
    asset_name text not null check (asset_name <> ''),
    asset_type brand.asset_type not null,
    media_file_id text not null,
    font_families text[] not null default '{}',
    description text check (description <> ''),
    tags text[] not null default '{}',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, asset_id),
    unique (organization_id, brand_id, asset_name),
    unique (organization_id, brand_id, asset_id),
    foreign key (organization_id, brand_id) references brand.brand_profiles on delete cascade,
    foreign key (organization_id, media_file_id) references media.media_files,
    check ((asset_type = 'font') = (font_families <> '{}'))
);

comment on table brand.brand_assets is
'One row is one file of a brand: a logo, a font, a picture. The file of a row never changes. User-maintained.';
comment on column brand.brand_assets.asset_id is 'Public id, such as bra-0a1b2c3d.';
comment on column brand.brand_assets.brand_id is 'The brand; refers to brand_profiles.';
comment on column brand.brand_assets.asset_name is 'Name for people, unique in the brand.';
comment on column brand.brand_assets.asset_type is 'What it is.';
comment on column brand.brand_assets.media_file_id is 'Its stored file; refers to media.media_files.';
comment on column brand.brand_assets.font_families is 'The font families of the file; empty for other files.';
comment on column brand.brand_assets.description is 'What it is for; NULL if nobody said.';
comment on column brand.brand_assets.tags is 'Words to find it by.';
comment on column brand.brand_assets.is_active is
'False: removed, and kept because versions of the brand were made with it.';

create index brand_assets_file on brand.brand_assets (organization_id, media_file_id);

create function brand.reject_other_file()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if (old.brand_id, old.asset_type, old.media_file_id, old.font_families)
        is distinct from (new.brand_id, new.asset_type, new.media_file_id, new.font_families)
    then
        raise exception 'The file of a brand asset never changes: add another asset'
            using errcode = 'integrity_constraint_violation', constraint = tg_name;
    end if;
    return new;
end
$$;

comment on function brand.reject_other_file is 'Rejects another file for a brand asset, which versions rely on.';

create trigger brand_assets_keep_their_file before update on brand.brand_assets
for each row execute function brand.reject_other_file();
create trigger brand_assets_updated_at before update on brand.brand_assets
for each row execute function tenancy.set_updated_at();
create trigger brand_assets_audit after insert or update or delete on brand.brand_assets
for each row execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('brand.brand_assets');

create table brand.brand_version_assets (
    organization_id text not null,
    brand_id text not null,
    version integer not null,
    asset_id text not null,
    asset_role text not null check (asset_role in ('logo', 'font')),
    created_at timestamptz not null default now(),
    primary key (organization_id, brand_id, version, asset_id),
    foreign key (organization_id, brand_id, version) references brand.brand_profile_versions on delete cascade,
    foreign key (organization_id, brand_id, asset_id)
    references brand.brand_assets (organization_id, brand_id, asset_id)
);

comment on table brand.brand_version_assets is
'One row is one file that pictures of one version of a brand are drawn with: its logo, or one of its fonts. It never '
'changes.';
comment on column brand.brand_version_assets.brand_id is 'The brand; refers to brand_profiles.';
comment on column brand.brand_version_assets.version is 'Its version; refers to brand_profile_versions.';
comment on column brand.brand_version_assets.asset_id is 'The file; refers to brand_assets.';
comment on column brand.brand_version_assets.asset_role is 'logo or font.';

create unique index brand_version_assets_one_logo on brand.brand_version_assets (organization_id, brand_id, version)
where asset_role = 'logo';
create index brand_version_assets_asset on brand.brand_version_assets (organization_id, brand_id, asset_id);

create trigger brand_version_assets_are_immutable before update on brand.brand_version_assets
for each row execute function brand.reject_change_of_version();
create trigger brand_version_assets_audit after insert on brand.brand_version_assets
for each row execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('brand.brand_version_assets');

create table brand.visual_templates (
    organization_id text not null references tenancy.organizations on delete cascade,
    template_id text not null default tenancy.public_id('vtp', nextval('brand.template_id_sequence'))
        check (template_id ~ '^vtp-[0-9a-f]{8}$'),
    template_name text not null check (template_name <> ''),
    brand_id text,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, template_id),
    unique (organization_id, template_name),
    foreign key (organization_id, brand_id) references brand.brand_profiles
);

comment on table brand.visual_templates is
'One row is one visual template: a design that is filled by fields and drawn in every size. Its document is in '
'visual_template_versions.';
comment on column brand.visual_templates.template_id is 'Public id, such as vtp-0a1b2c3d.';
comment on column brand.visual_templates.template_name is 'Name for people, unique in the organization.';
comment on column brand.visual_templates.brand_id is
'The only brand that it is for; NULL for all brands of the organization, whose five common colours it uses.';
comment on column brand.visual_templates.is_active is 'False: no new pictures are made with it.';

create index visual_templates_brand on brand.visual_templates (organization_id, brand_id) where brand_id is not null;

create trigger visual_templates_updated_at before update on brand.visual_templates
for each row execute function tenancy.set_updated_at();
create trigger visual_templates_audit after insert or update or delete on brand.visual_templates
for each row execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('brand.visual_templates');

create table brand.visual_template_versions (
    organization_id text not null,
    template_id text not null,
    version integer not null check (version >= 1),
    document jsonb not null check (jsonb_typeof(document) = 'object'),
    reference_hash bytea,
    changed_by text not null default tenancy.current_actor(),
    created_at timestamptz not null default now(),
    primary key (organization_id, template_id, version),
    foreign key (organization_id, template_id) references brand.visual_templates on delete cascade
);

comment on table brand.visual_template_versions is
'One row is one version of one visual template; the highest version is used. Versions are immutable: an edit adds one.';
comment on column brand.visual_template_versions.template_id is 'The template; refers to visual_templates.';
comment on column brand.visual_template_versions.version is 'From 1 within the template.';
comment on column brand.visual_template_versions.document is
'Formats, fields and layers, checked before it is stored (docs/brand.md).';
comment on column brand.visual_template_versions.reference_hash is
'BLAKE2b-128 of the document, as loaded from the templates that come with the project; NULL for a version of a user, '
'which no default replaces.';
comment on column brand.visual_template_versions.changed_by is 'Who wrote it: tenancy.current_actor().';

create trigger visual_template_versions_are_immutable before update on brand.visual_template_versions
for each row execute function brand.reject_change_of_version();
create trigger visual_template_versions_audit after insert on brand.visual_template_versions
for each row when (new.reference_hash is null) execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('brand.visual_template_versions');

create view brand.brand_versions with (security_invoker = true) as
select
    v.organization_id,
    v.brand_id,
    p.brand_name,
    v.version,
    v.version = max(v.version) over (partition by v.organization_id, v.brand_id) as is_current,
    p.is_active,
    v.repeats_version,
    v.colours,
    v.heading_family,
    v.text_family,
    v.voice,
    v.messaging_guidelines,
    v.visual_guidelines,
    v.usage_restrictions,
    v.vocabulary,
    v.banned_words,
    v.languages,
    v.enforcement_level,
    coalesce(v.minimum_score, l.minimum_score) as minimum_score,
    a.logo_asset_id,
    a.logo_path,
    coalesce(a.font_paths, '{}') as font_paths,
    v.changed_by,
    v.created_at
from brand.brand_profile_versions as v
inner join brand.brand_profiles as p on v.organization_id = p.organization_id and v.brand_id = p.brand_id
inner join brand.enforcement_levels as l on v.enforcement_level = l.enforcement_level
left join lateral (
    select
        max(u.asset_id) filter (where u.asset_role = 'logo') as logo_asset_id,
        max(f.object_path) filter (where u.asset_role = 'logo') as logo_path,
        array_agg(f.object_path order by f.object_path) filter (where u.asset_role = 'font') as font_paths
    from brand.brand_version_assets as u
    inner join brand.brand_assets as b on u.organization_id = b.organization_id and u.asset_id = b.asset_id
    inner join media.media_files as f on b.organization_id = f.organization_id and b.media_file_id = f.media_file_id
    where u.organization_id = v.organization_id and u.brand_id = v.brand_id and u.version = v.version
) as a on true;

comment on view brand.brand_versions is
'One row is one version of one brand with everything that pictures are drawn with.';
comment on column brand.brand_versions.is_current is 'Whether new pictures use it, if the brand is active.';
comment on column brand.brand_versions.minimum_score is 'The score that its pictures need: its own, or of its level.';
comment on column brand.brand_versions.logo_asset_id is 'Its logo; NULL if it has none.';
comment on column brand.brand_versions.logo_path is 'Path of the logo below SYNDICATION_MEDIA_URL; NULL without one.';
comment on column brand.brand_versions.font_paths is 'Paths of its fonts below SYNDICATION_MEDIA_URL.';

create view brand.current_visual_templates with (security_invoker = true) as
select distinct on (t.organization_id, t.template_id)
    t.organization_id,
    t.template_id,
    t.template_name,
    t.brand_id,
    t.is_active,
    v.version,
    v.document,
    v.reference_hash is not null as is_default,
    v.changed_by,
    v.created_at
from brand.visual_templates as t
inner join brand.visual_template_versions as v
    on t.organization_id = v.organization_id and t.template_id = v.template_id
order by t.organization_id asc, t.template_id asc, v.version desc;

comment on view brand.current_visual_templates is 'One row is one visual template with its newest version.';
comment on column brand.current_visual_templates.is_default is
'Whether the newest version came with the project, and nobody edited it.';

create view brand.brand_asset_usage with (security_invoker = true) as
select
    a.organization_id,
    a.asset_id,
    a.brand_id,
    a.asset_name,
    a.asset_type,
    count(v.version) as versions,
    coalesce(bool_or(v.is_current), false) as is_in_use,
    min(v.version) as first_version,
    max(v.version) as last_version
from brand.brand_assets as a
left join brand.brand_version_assets as u
    on a.organization_id = u.organization_id and a.brand_id = u.brand_id and a.asset_id = u.asset_id
left join brand.brand_versions as v
    on u.organization_id = v.organization_id and u.brand_id = v.brand_id and u.version = v.version
group by a.organization_id, a.asset_id;

comment on view brand.brand_asset_usage is 'One row is one file of a brand, and how many versions were drawn with it.';
comment on column brand.brand_asset_usage.versions is 'Versions of the brand that it belongs to.';
comment on column brand.brand_asset_usage.is_in_use is 'Whether the current version is drawn with it.';
comment on column brand.brand_asset_usage.first_version is 'The first of these versions; NULL if there is none.';
comment on column brand.brand_asset_usage.last_version is 'The last of these versions; NULL if there is none.';

grant select on brand.brand_versions, brand.current_visual_templates, brand.brand_asset_usage
to syndication_pipeline, syndication_reader;

insert into tenancy.permissions (permission, description) values
('brands.edit', 'Add and change brands, their files and visual templates.');

-- Nobody changed these rows.
alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission)
select
    r.role,
    'brands.edit'
from unnest(enum_range('manager'::tenancy.member_role, 'owner'::tenancy.member_role)) as r (role);
alter table tenancy.role_permissions enable trigger role_permissions_changes;
