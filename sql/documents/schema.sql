-- The schema of the room `documents`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema documents authorization syndication_owner;  -- pipeline: usage; reader: usage

-- One row is one document that posts are written from: a blog post or a feed entry.
create table documents.source_documents (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    document_id text not null default tenancy.public_id('doc', nextval('documents.document_id_sequence')),
                                                    -- Public id, such as doc-0a1b2c3d.
    source text not null,                           -- Input format: a folder in the landing zone and a parser, such as
                                                    -- blog_feed.
    remote_document_id text not null,               -- The source's own id of the document.
    title text not null,                            -- Title as plain text.
    summary text,                                   -- Summary as plain text; NULL if the source gives none.
    url text,                                       -- URL of its page; NULL if the source gives none.
    image_url text,                                 -- URL of the main image; NULL if the source gives none.
    published_at timestamptz,                       -- When it was published, or last changed if the source only says
                                                    -- that; NULL if it says neither.
    is_published boolean not null default true,     -- False for drafts and deleted documents, and if every file that
                                                    -- had it was withdrawn.
    content_hash bytea not null,                    -- BLAKE2b-128 of all that the source says about it.
    observed_at timestamptz not null,               -- Time of its newest observation.
    first_seen_at timestamptz not null,             -- Time of its first observation.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, document_id),
    unique (organization_id, source, remote_document_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (document_id ~ '^doc-[0-9a-f]{8}$'),
    check (remote_document_id <> ''),
    check (title <> '')
);
create trigger source_documents_updated_at before update on documents.source_documents
    for each row execute function tenancy.set_updated_at();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one document as one landed file describes it. The newest row describes the document.
create table documents.document_observations (
    organization_id text not null,     -- Organization that owns the row: first column of every key, and checked by
                                       -- row-level security.
    document_id text not null,         -- Public id of the document that was observed.
    source_file_path text not null,    -- Path of the file in the landing zone.
    position integer not null,         -- Position of the document in the file, from 0.
    landed_on date not null,           -- UTC day of the folder in the landing zone; the partition.
    observed_at timestamptz not null,  -- When the source had this content: the time of the file.
    is_published boolean not null,     -- Whether the document was published at that time.
    content_hash bytea not null,       -- BLAKE2b-128 of the facts.
    facts jsonb not null,              -- The parsed document, with its sections in order.

    primary key (organization_id, document_id, source_file_path),
    foreign key (organization_id, document_id) references documents.source_documents (organization_id, document_id)
        on delete cascade,
    check ("position" >= 0),
    check (jsonb_typeof(facts) = 'object')
);
create index document_observations_landed_on on documents.document_observations (organization_id, landed_on);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one section of one document.
create table documents.source_sections (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    section_id text not null default tenancy.public_id('sec', nextval('documents.section_id_sequence')),
                                                    -- Public id, such as sec-0a1b2c3d.
    document_id text not null,                      -- Public id of the document that has or had the section.
    section_key text not null,                      -- Identifies the section when its document changes: "id:" and the
                                                    -- source's section id; else "heading:" and the heading, numbered if
                                                    -- it repeats; else "opening".
    position integer not null,                      -- Position in the document, from 0.
    heading text,                                   -- Heading as plain text; NULL for a section without a heading.
    text_content text not null,                     -- Text without markup, one paragraph per line.
    section_url text,                               -- URL of the section, which its posts link to; NULL if the document
                                                    -- has no URL.
    image_url text,                                 -- URL of the section's image; NULL if it has none.
    is_active boolean not null default true,        -- False if the document no longer has the section.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, section_id),
    unique (organization_id, document_id, section_key),
    foreign key (organization_id, document_id) references documents.source_documents (organization_id, document_id)
        on delete cascade,
    check (section_id ~ '^sec-[0-9a-f]{8}$'),
    check (section_key <> ''),
    check ("position" >= 0)
);
create trigger source_sections_updated_at before update on documents.source_sections
    for each row execute function tenancy.set_updated_at();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one RSS or Atom feed that is fetched for one organization. User-maintained.
create table documents.feeds (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    feed_id text not null default tenancy.public_id('fed', nextval('documents.feed_id_sequence')),
                                                    -- Public id, such as fed-0a1b2c3d.
    feed_name text not null,                        -- Name in commands, unique within the organization.
    url text not null,                              -- URL of the feed, over https. {credential} stands where the secret
                                                    -- of the credential is put for the request, so that the URL itself
                                                    -- holds no token.
    credential_id text,                             -- Credential whose secret replaces {credential} in the URL; NULL
                                                    -- for a public feed.
    is_active boolean not null default true,        -- False pauses fetching; landed files are still loaded.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, feed_id),
    unique (organization_id, feed_name),
    unique (organization_id, url),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, credential_id) references channels.credentials (organization_id, credential_id),
    check (feed_id ~ '^fed-[0-9a-f]{8}$'),
    check (feed_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    check (url ~ '^https://[^[:space:]/@]+' and url !~ '[[:space:]]'),
    check ((credential_id is not null) = (url like '%{credential}%'))
);
create index feeds_credential on documents.feeds (organization_id, credential_id);
create trigger feeds_updated_at before update on documents.feeds for each row execute function tenancy.set_updated_at();
create trigger feeds_audit after insert or delete or update on documents.feeds
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

create sequence documents.document_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence documents.section_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence documents.feed_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
