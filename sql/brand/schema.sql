-- The schema of the room `brand`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema brand authorization syndication_owner;  -- pipeline: usage; reader: usage

-- What a file of a brand is.
create type brand.asset_type as enum (
    'logo',     -- the mark that pictures carry
    'icon',
    'image',
    'pattern',  -- fills the background of a picture without a photo
    'texture',
    'graphic',
    'font'      -- a TrueType or OpenType file
);

-- One row is one level of strictness that a brand may choose, shared by all organizations.
create table brand.enforcement_levels (
    enforcement_level text not null,      -- Name in every other table and in commands.
    minimum_score numeric(3,2) not null,  -- Compliance score, from 0 to 1, that a picture of such a brand needs, unless
                                          -- the brand has its own.
    description text not null,            -- What it means, for people.

    primary key (enforcement_level),
    check (enforcement_level ~ '^[a-z][a-z0-9_]*$'),
    check (minimum_score >= 0::numeric and minimum_score <= 1::numeric),
    check (description <> '')
);
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one brand of an organization; what it looks and sounds like is in brand_profile_versions. User-maintained.
create table brand.brand_profiles (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    brand_id text not null default tenancy.public_id('brd', nextval('brand.brand_id_sequence')),
                                                    -- Public id, such as brd-0a1b2c3d.
    brand_name text not null,                       -- Name for people, unique in the organization.
    is_active boolean not null default true,        -- False: no new pictures are made for it.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, brand_id),
    unique (organization_id, brand_name),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (brand_id ~ '^brd-[0-9a-f]{8}$'),
    check (brand_name <> '')
);
create trigger brand_profiles_updated_at before update on brand.brand_profiles
    for each row execute function tenancy.set_updated_at();
create trigger brand_profiles_audit after insert or delete or update on brand.brand_profiles
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one version of one brand; the highest version is current. Versions are immutable: an edit or a roll-back
-- adds one.
create table brand.brand_profile_versions (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    brand_id text not null,                         -- The brand; refers to brand_profiles.
    version integer not null,                       -- From 1 within the brand.
    repeats_version integer,                        -- The earlier version that a roll-back repeated; NULL for an edit.
    colours jsonb not null,                         -- Colours as "#rrggbb" by name: primary, secondary, accent, dark
                                                    -- and light, which templates may rely on, and others.
    heading_family text not null,                   -- Font of headings.
    text_family text not null,                      -- Font of all other texts.
    voice text,                                     -- How the brand speaks; NULL if nobody said.
    messaging_guidelines text,                      -- What it says and does not say; NULL if nobody said.
    visual_guidelines text,                         -- What its pictures show; NULL if nobody said.
    usage_restrictions text,                        -- Where its logo and files may not be used; NULL if nobody said.
    vocabulary text[] not null default '{}',        -- Words that it prefers, as it spells them.
    banned_words text[] not null default '{}',      -- Words that it never uses.
    languages text[] not null,                      -- Languages that it speaks, as BCP 47 tags; its own first.
    enforcement_level text not null,                -- How strictly its rules are held; refers to enforcement_levels.
    minimum_score numeric(3,2),                     -- Compliance score that its pictures need; NULL for that of the
                                                    -- level.
    changed_by text not null default tenancy.current_actor(),
                                                    -- Who wrote it: tenancy.current_actor().
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, brand_id, version),
    foreign key (enforcement_level) references brand.enforcement_levels (enforcement_level) on update cascade,
    foreign key (organization_id, brand_id) references brand.brand_profiles (organization_id, brand_id)
        on delete cascade,
    check (version >= 1),
    check (repeats_version >= 1),
    check (jsonb_typeof(colours) = 'object'),
    check (heading_family <> ''),
    check (text_family <> ''),
    check (voice <> ''),
    check (messaging_guidelines <> ''),
    check (visual_guidelines <> ''),
    check (usage_restrictions <> ''),
    check (cardinality(languages) > 0),
    check (minimum_score >= 0::numeric and minimum_score <= 1::numeric),
    check (repeats_version < version)
);
create index brand_profile_versions_level on brand.brand_profile_versions (enforcement_level);
create trigger brand_profile_versions_are_immutable before update on brand.brand_profile_versions
    for each row execute function brand.reject_change_of_version();
create trigger brand_profile_versions_audit after insert on brand.brand_profile_versions
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one file of a brand: a logo, a font, a picture. The file of a row never changes. User-maintained.
create table brand.brand_assets (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    asset_id text not null default tenancy.public_id('bra', nextval('brand.asset_id_sequence')),
                                                    -- Public id, such as bra-0a1b2c3d.
    brand_id text not null,                         -- The brand; refers to brand_profiles.
    asset_name text not null,                       -- Name for people, unique in the brand.
    asset_type brand.asset_type not null,           -- What it is.
    media_file_id text not null,                    -- Its stored file; refers to media.media_files.
    font_families text[] not null default '{}',     -- The font families of the file; empty for other files.
    description text,                               -- What it is for; NULL if nobody said.
    tags text[] not null default '{}',              -- Words to find it by.
    is_active boolean not null default true,        -- False: removed, and kept because versions of the brand were made
                                                    -- with it.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, asset_id),
    unique (organization_id, brand_id, asset_name),
    unique (organization_id, brand_id, asset_id),
    foreign key (organization_id, brand_id) references brand.brand_profiles (organization_id, brand_id)
        on delete cascade,
    foreign key (organization_id, media_file_id) references media.media_files (organization_id, media_file_id),
    check (asset_id ~ '^bra-[0-9a-f]{8}$'),
    check (asset_name <> ''),
    check (description <> ''),
    check ((asset_type = 'font') = (font_families <> '{}'))
);
create index brand_assets_file on brand.brand_assets (organization_id, media_file_id);
create trigger brand_assets_keep_their_file before update on brand.brand_assets
    for each row execute function brand.reject_other_file();
create trigger brand_assets_updated_at before update on brand.brand_assets
    for each row execute function tenancy.set_updated_at();
create trigger brand_assets_audit after insert or delete or update on brand.brand_assets
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one file that pictures of one version of a brand are drawn with: its logo, or one of its fonts. It never
-- changes.
create table brand.brand_version_assets (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    brand_id text not null,                         -- The brand; refers to brand_profiles.
    version integer not null,                       -- Its version; refers to brand_profile_versions.
    asset_id text not null,                         -- The file; refers to brand_assets.
    asset_role text not null,                       -- logo or font.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, brand_id, version, asset_id),
    foreign key (organization_id, brand_id, version)
        references brand.brand_profile_versions (organization_id, brand_id, version) on delete cascade,
    foreign key (organization_id, brand_id, asset_id)
        references brand.brand_assets (organization_id, brand_id, asset_id),
    check (asset_role in ('logo', 'font'))
);
create unique index brand_version_assets_one_logo on brand.brand_version_assets (organization_id, brand_id, version)
    where asset_role = 'logo';
create index brand_version_assets_asset on brand.brand_version_assets (organization_id, brand_id, asset_id);
create trigger brand_version_assets_are_immutable before update on brand.brand_version_assets
    for each row execute function brand.reject_change_of_version();
create trigger brand_version_assets_audit after insert on brand.brand_version_assets
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one visual template: a design that is filled by fields and drawn in every size. Its document is in
-- visual_template_versions.
create table brand.visual_templates (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    template_id text not null default tenancy.public_id('vtp', nextval('brand.template_id_sequence')),
                                                    -- Public id, such as vtp-0a1b2c3d.
    template_name text not null,                    -- Name for people, unique in the organization.
    brand_id text,                                  -- The only brand that it is for; NULL for all brands of the
                                                    -- organization, whose five common colours it uses.
    is_active boolean not null default true,        -- False: no new pictures are made with it.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, template_id),
    unique (organization_id, template_name),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, brand_id) references brand.brand_profiles (organization_id, brand_id),
    check (template_id ~ '^vtp-[0-9a-f]{8}$'),
    check (template_name <> '')
);
create index visual_templates_brand on brand.visual_templates (organization_id, brand_id) where brand_id is not null;
create trigger visual_templates_updated_at before update on brand.visual_templates
    for each row execute function tenancy.set_updated_at();
create trigger visual_templates_audit after insert or delete or update on brand.visual_templates
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one version of one visual template; the highest version is used. Versions are immutable: an edit adds one.
create table brand.visual_template_versions (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    template_id text not null,                      -- The template; refers to visual_templates.
    version integer not null,                       -- From 1 within the template.
    document jsonb not null,                        -- Formats, fields and layers, checked before it is stored
                                                    -- (docs/brand.md).
    reference_hash bytea,                           -- BLAKE2b-128 of the document, as loaded from the templates that
                                                    -- come with the project; NULL for a version of a user, which no
                                                    -- default replaces.
    changed_by text not null default tenancy.current_actor(),
                                                    -- Who wrote it: tenancy.current_actor().
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, template_id, version),
    foreign key (organization_id, template_id) references brand.visual_templates (organization_id, template_id)
        on delete cascade,
    check (version >= 1),
    check (jsonb_typeof(document) = 'object')
);
create trigger visual_template_versions_are_immutable before update on brand.visual_template_versions
    for each row execute function brand.reject_change_of_version();
create trigger visual_template_versions_audit after insert on brand.visual_template_versions for each row
    when (new.reference_hash is null) execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one version of one brand with everything that pictures are drawn with.
create view brand.brand_versions (
    organization_id,       -- text
    brand_id,              -- text
    brand_name,            -- text
    version,               -- integer
    is_current,            -- boolean: Whether new pictures use it, if the brand is active.
    is_active,             -- boolean
    repeats_version,       -- integer
    colours,               -- jsonb
    heading_family,        -- text
    text_family,           -- text
    voice,                 -- text
    messaging_guidelines,  -- text
    visual_guidelines,     -- text
    usage_restrictions,    -- text
    vocabulary,            -- text[]
    banned_words,          -- text[]
    languages,             -- text[]
    enforcement_level,     -- text
    minimum_score,         -- numeric(3,2): The score that its pictures need: its own, or of its level.
    logo_asset_id,         -- text: Its logo; NULL if it has none.
    logo_path,             -- text: Path of the logo below SYNDICATION_MEDIA_URL; NULL without one.
    font_paths,            -- text[]: Paths of its fonts below SYNDICATION_MEDIA_URL.
    changed_by,            -- text
    created_at             -- timestamptz
) with (security_invoker = true) as
select v.organization_id,
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
   from brand.brand_profile_versions v
     join brand.brand_profiles p on v.organization_id = p.organization_id and v.brand_id = p.brand_id
     join brand.enforcement_levels l on v.enforcement_level = l.enforcement_level
     left join lateral ( select max(u.asset_id) filter (where u.asset_role = 'logo') as logo_asset_id,
            max(f.object_path) filter (where u.asset_role = 'logo') as logo_path,
            array_agg(f.object_path order by f.object_path) filter (where u.asset_role = 'font') as font_paths
           from brand.brand_version_assets u
             join brand.brand_assets b on u.organization_id = b.organization_id and u.asset_id = b.asset_id
             join media.media_files f on b.organization_id = f.organization_id and b.media_file_id = f.media_file_id
          where u.organization_id = v.organization_id and u.brand_id = v.brand_id and u.version = v.version) a on true;
-- pipeline: select; reader: select

-- One row is one visual template with its newest version.
create view brand.current_visual_templates (
    organization_id,  -- text
    template_id,      -- text
    template_name,    -- text
    brand_id,         -- text
    is_active,        -- boolean
    version,          -- integer
    document,         -- jsonb
    is_default,       -- boolean: Whether the newest version came with the project, and nobody edited it.
    changed_by,       -- text
    created_at        -- timestamptz
) with (security_invoker = true) as
select distinct on (t.organization_id, t.template_id) t.organization_id,
    t.template_id,
    t.template_name,
    t.brand_id,
    t.is_active,
    v.version,
    v.document,
    v.reference_hash is not null as is_default,
    v.changed_by,
    v.created_at
   from brand.visual_templates t
     join brand.visual_template_versions v on t.organization_id = v.organization_id and t.template_id = v.template_id
  order by t.organization_id, t.template_id, v.version desc;
-- pipeline: select; reader: select

-- One row is one file of a brand, and how many versions were drawn with it.
create view brand.brand_asset_usage (
    organization_id,  -- text
    asset_id,         -- text
    brand_id,         -- text
    asset_name,       -- text
    asset_type,       -- brand.asset_type
    versions,         -- bigint: Versions of the brand that it belongs to.
    is_in_use,        -- boolean: Whether the current version is drawn with it.
    first_version,    -- integer: The first of these versions; NULL if there is none.
    last_version      -- integer: The last of these versions; NULL if there is none.
) with (security_invoker = true) as
select a.organization_id,
    a.asset_id,
    a.brand_id,
    a.asset_name,
    a.asset_type,
    count(v.version) as versions,
    coalesce(bool_or(v.is_current), false) as is_in_use,
    min(v.version) as first_version,
    max(v.version) as last_version
   from brand.brand_assets a
     left join brand.brand_version_assets u on a.organization_id = u.organization_id and a.brand_id = u.brand_id
         and a.asset_id = u.asset_id
     left join brand.brand_versions v on u.organization_id = v.organization_id and u.brand_id = v.brand_id
         and u.version = v.version
  group by a.organization_id, a.asset_id;
-- pipeline: select; reader: select

-- Rejects an update of a version.
create function brand.reject_change_of_version()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    raise exception 'Versions are immutable: an edit adds a version'
        using errcode = 'integrity_constraint_violation', constraint = tg_name;
end
$$;
-- execute: only its owner

-- Rejects another file for a brand asset, which versions rely on.
create function brand.reject_other_file()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

create sequence brand.brand_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence brand.asset_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence brand.template_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
