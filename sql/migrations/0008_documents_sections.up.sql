-- Documents: blog posts and feed entries, the observations of them, and their sections.

create schema documents authorization syndication_owner;

set local role syndication_owner;

grant usage on schema documents to syndication_pipeline, syndication_reader;

create sequence documents.document_id_sequence as bigint maxvalue 4294967295;
create sequence documents.section_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema documents to syndication_pipeline;

create table documents.source_documents (
    organization_id text not null references tenancy.organizations on delete cascade,
    document_id text not null default tenancy.public_id('doc', nextval('documents.document_id_sequence'))
        check (document_id ~ '^doc-[0-9a-f]{8}$'),
    source text not null,
    remote_document_id text not null check (remote_document_id <> ''),
    title text not null check (title <> ''),
    summary text,
    url text,
    image_url text,
    published_at timestamptz,
    is_published boolean not null default true,
    content_hash bytea not null,
    observed_at timestamptz not null,
    first_seen_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, document_id),
    unique (organization_id, source, remote_document_id)
);

comment on table documents.source_documents is
'One row is one document that posts are written from: a blog post or a feed entry.';
comment on column documents.source_documents.document_id is 'Public id, such as doc-0a1b2c3d.';
comment on column documents.source_documents.source is
'Input format: a folder in the landing zone and a parser, such as blog_feed.';
comment on column documents.source_documents.remote_document_id is 'The source''s own id of the document.';
comment on column documents.source_documents.title is 'Title as plain text.';
comment on column documents.source_documents.summary is 'Summary as plain text; NULL if the source gives none.';
comment on column documents.source_documents.url is 'URL of its page; NULL if the source gives none.';
comment on column documents.source_documents.image_url is 'URL of the main image; NULL if the source gives none.';
comment on column documents.source_documents.published_at is
'When it was published, or last changed if the source only says that; NULL if it says neither.';
comment on column documents.source_documents.is_published is
'False for drafts and deleted documents, and if every file that had it was withdrawn.';
comment on column documents.source_documents.content_hash is 'BLAKE2b-128 of all that the source says about it.';
comment on column documents.source_documents.observed_at is 'Time of its newest observation.';
comment on column documents.source_documents.first_seen_at is 'Time of its first observation.';

create table documents.document_observations (
    organization_id text not null,
    document_id text not null,
    source_file_path text not null,
    position integer not null check (position >= 0),
    landed_on date not null,
    observed_at timestamptz not null,
    is_published boolean not null,
    content_hash bytea not null,
    facts jsonb not null check (jsonb_typeof(facts) = 'object'),
    primary key (organization_id, document_id, source_file_path),
    foreign key (organization_id, document_id) references documents.source_documents on delete cascade
);

comment on table documents.document_observations is
'One row is one document as one landed file describes it. The newest row describes the document.';
comment on column documents.document_observations.document_id is 'Public id of the document that was observed.';
comment on column documents.document_observations.source_file_path is 'Path of the file in the landing zone.';
comment on column documents.document_observations.position is 'Position of the document in the file, from 0.';
comment on column documents.document_observations.landed_on is
'UTC day of the folder in the landing zone; the partition.';
comment on column documents.document_observations.observed_at is
'When the source had this content: the time of the file.';
comment on column documents.document_observations.is_published is 'Whether the document was published at that time.';
comment on column documents.document_observations.content_hash is 'BLAKE2b-128 of the facts.';
comment on column documents.document_observations.facts is 'The parsed document, with its sections in order.';

create index document_observations_landed_on on documents.document_observations (organization_id, landed_on);

create table documents.source_sections (
    organization_id text not null,
    section_id text not null default tenancy.public_id('sec', nextval('documents.section_id_sequence'))
        check (section_id ~ '^sec-[0-9a-f]{8}$'),
    document_id text not null,
    section_key text not null check (section_key <> ''),
    position integer not null check (position >= 0),
    heading text,
    text_content text not null,
    section_url text,
    image_url text,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, section_id),
    unique (organization_id, document_id, section_key),
    foreign key (organization_id, document_id) references documents.source_documents on delete cascade
);

comment on table documents.source_sections is
'One row is one section of one document.';
comment on column documents.source_sections.section_id is 'Public id, such as sec-0a1b2c3d.';
comment on column documents.source_sections.document_id is 'Public id of the document that has or had the section.';
comment on column documents.source_sections.section_key is
'Identifies the section when its document changes: "id:" and the source''s section id; else "heading:" and the '
'heading, numbered if it repeats; else "opening".';
comment on column documents.source_sections.position is 'Position in the document, from 0.';
comment on column documents.source_sections.heading is 'Heading as plain text; NULL for a section without a heading.';
comment on column documents.source_sections.text_content is 'Text without markup, one paragraph per line.';
comment on column documents.source_sections.section_url is
'URL of the section, which its posts link to; NULL if the document has no URL.';
comment on column documents.source_sections.image_url is 'URL of the section''s image; NULL if it has none.';
comment on column documents.source_sections.is_active is 'False if the document no longer has the section.';

select tenancy.protect_tenant_table('documents.source_documents');
select tenancy.protect_tenant_table('documents.document_observations');
select tenancy.protect_tenant_table('documents.source_sections');

create trigger source_documents_updated_at before update on documents.source_documents
for each row execute function tenancy.set_updated_at();
create trigger source_sections_updated_at before update on documents.source_sections
for each row execute function tenancy.set_updated_at();
