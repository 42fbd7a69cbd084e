-- Analysis of media: what a picture shows, found once per content, analyzer and version of the analyzer.

set local role syndication_owner;

create sequence media.analysis_id_sequence as bigint maxvalue 4294967295;
grant usage on sequence media.analysis_id_sequence to syndication_pipeline;

create type media.analysis_state as enum ('pending', 'analyzing', 'completed', 'refused', 'failed');
comment on type media.analysis_state is
'What became of an analysis.
pending: it is to be done, not before next_attempt_at
analyzing: a run does it, until leased_until at most
completed: its result is stored
refused: the analyzer does not take this picture: it is damaged or too large, or the model refuses
failed: several attempts failed; `syndication media retry-analyses` makes it pending again';

create type media.safety as enum ('safe', 'sensitive', 'unsafe');
comment on type media.safety is
'What a model says of the safety of a picture.
safe: for everybody
sensitive: people should look before it is used: nudity, injuries, weapons, drugs, alcohol
unsafe: explicit, violent or hateful';

create table media.analyzers (
    organization_id text not null references tenancy.organizations on delete cascade,
    analyzer text not null check (analyzer in ('colours', 'rapidocr', 'tesseract', 'vision')),
    model text check (model <> ''),
    languages text[] not null default '{}',
    pictures_per_run integer not null default 500 check (pictures_per_run > 0),
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, analyzer),
    check ((analyzer = 'vision') = (model is not null)),
    check ((analyzer = 'tesseract') = (languages <> '{}'))
);

comment on table media.analyzers is
'One row is one analyzer that an organization has chosen for its pictures. Without a row, `colours` is active and the '
'others are not. User-maintained.';
comment on column media.analyzers.analyzer is
'colours: the dominant colours. rapidocr, tesseract: the text in a picture, read on this machine. vision: a language '
'model that sees pictures.';
comment on column media.analyzers.model is 'Model of the analyzer vision; NULL for the others.';
comment on column media.analyzers.languages is
'Languages that tesseract reads, as its data are named, such as ara; empty for the others.';
comment on column media.analyzers.pictures_per_run is 'The most pictures that one run analyses.';
comment on column media.analyzers.is_active is 'False pauses it; what it found stays.';

create trigger set_updated_at before update on media.analyzers
for each row execute function tenancy.set_updated_at();
create trigger analyzers_audit after insert or update or delete on media.analyzers
for each row execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('media.analyzers');

create table media.analyzer_versions (
    organization_id text not null references tenancy.organizations on delete cascade,
    analyzer text not null,
    version integer not null check (version >= 1),
    program text not null check (program <> ''),
    model text check (model <> ''),
    prompt text check (prompt <> ''),
    created_at timestamptz not null default now(),
    primary key (organization_id, analyzer, version),
    unique nulls not distinct (organization_id, analyzer, program, model, prompt)
);

comment on table media.analyzer_versions is
'One row is one version of an analyzer: the program, model and prompt that analyses were made with. A run adds a row '
'when one of them is new; a row never changes.';
comment on column media.analyzer_versions.analyzer is 'As in analyzers.';
comment on column media.analyzer_versions.version is 'From 1, in the order of their first use.';
comment on column media.analyzer_versions.program is 'Program with its version, such as rapidocr 3.10.0.';
comment on column media.analyzer_versions.model is 'Model that was asked; NULL for programs of this machine.';
comment on column media.analyzer_versions.prompt is 'What the model was asked; NULL for programs of this machine.';

select tenancy.protect_tenant_table('media.analyzer_versions');

create table media.analyses (
    organization_id text not null,
    analysis_id text not null default tenancy.public_id('ana', nextval('media.analysis_id_sequence'))
        check (analysis_id ~ '^ana-[0-9a-f]{8}$'),
    sha256 text not null,
    analyzer text not null,
    version integer not null,
    state media.analysis_state not null default 'pending',
    state_since timestamptz not null,
    is_newest boolean not null default false,
    queued_at timestamptz not null,
    next_attempt_at timestamptz,
    attempts integer not null default 0 check (attempts >= 0),
    lease_id uuid,
    leased_until timestamptz,
    reason text check (reason <> ''),
    text_in_picture text,
    text_language text check (text_language <> ''),
    colours jsonb check (jsonb_typeof(colours) = 'array'),
    description text check (description <> ''),
    objects text[],
    safety media.safety,
    safety_reason text check (safety_reason <> ''),
    alt_text text check (alt_text <> ''),
    confidence real check (confidence between 0 and 1),
    usage_id text,
    input_tokens bigint check (input_tokens >= 0),
    output_tokens bigint check (output_tokens >= 0),
    latency_ms integer check (latency_ms >= 0),
    cost numeric(14, 8) check (cost >= 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, analysis_id),
    unique (organization_id, sha256, analyzer, version),
    foreign key (organization_id, sha256) references media.media_files (organization_id, sha256) on delete cascade,
    foreign key (organization_id, analyzer, version) references media.analyzer_versions on delete cascade,
    check ((state = 'pending') = (next_attempt_at is not null)),
    check ((state = 'analyzing') = (lease_id is not null)),
    check ((lease_id is null) = (leased_until is null)),
    check (state not in ('refused', 'failed') or reason is not null),
    check (state = 'completed' or num_nonnulls(
        text_in_picture, text_language, colours, description, objects, safety, safety_reason, alt_text, confidence
    ) = 0),
    check (cost is null or currency is not null),
    check (not is_newest or state = 'completed')
);

comment on table media.analyses is
'One row is what one version of an analyzer found in one content, however many posts show it, or why it found nothing. '
'What an analyzer does not say is NULL.';
comment on column media.analyses.analysis_id is 'Public id, such as ana-0a1b2c3d.';
comment on column media.analyses.sha256 is 'The content: SHA-256 in hexadecimal; refers to media_files.';
comment on column media.analyses.analyzer is 'As in analyzers.';
comment on column media.analyses.version is 'Version of the analyzer; refers to analyzer_versions.';
comment on column media.analyses.state is 'What became of it.';
comment on column media.analyses.state_since is 'When the state was entered.';
comment on column media.analyses.is_newest is
'Whether it is the last completed analysis of its content by its analyzer, whichever version made it.';
comment on column media.analyses.queued_at is 'When the content was first found for this version.';
comment on column media.analyses.next_attempt_at is
'Time before which it is not attempted; NULL unless it is pending.';
comment on column media.analyses.attempts is
'Attempts that were started. A run that dies has started one, so that a picture that ends its run is parked.';
comment on column media.analyses.lease_id is 'The lease of the run that does it; NULL unless it is analyzing.';
comment on column media.analyses.leased_until is 'When another run may take it over; NULL unless it is analyzing.';
comment on column media.analyses.reason is
'Why the last attempt found nothing, without what a server or the picture said; NULL if none failed.';
comment on column media.analyses.text_in_picture is
'The text that is seen in the picture, with line breaks; empty if there is none, NULL if nobody has looked for it.';
comment on column media.analyses.text_language is
'Language of that text, such as en; NULL if the analyzer does not say it.';
comment on column media.analyses.colours is
'Dominant colours, the largest share first: [{"colour": "#aa3311", "share": 0.41}]. The shares of the whole picture, '
'so their sum is below 1 where the picture has more colours.';
comment on column media.analyses.description is 'What the picture shows, in one or two sentences of a model.';
comment on column media.analyses.objects is 'Things that a model sees in the picture; empty if it sees none.';
comment on column media.analyses.safety is 'Whether a model finds it safe to show.';
comment on column media.analyses.safety_reason is 'Why a model finds it sensitive or unsafe.';
comment on column media.analyses.alt_text is
'Suggestion of a model for the alternative text, which a person checks before it is used.';
comment on column media.analyses.confidence is
'From 0 to 1: of a reader of text, how sure it is of the letters; of a model, how sure it says it is.';
comment on column media.analyses.usage_id is
'The last request to a model, in operations.api_usage; NULL for analyzers that ask none.';
comment on column media.analyses.input_tokens is 'Input tokens of all requests as reported; NULL if none was.';
comment on column media.analyses.output_tokens is 'Output tokens of all requests as reported; NULL if none was.';
comment on column media.analyses.latency_ms is 'Milliseconds of the last request; NULL without one.';
comment on column media.analyses.cost is 'Known cost of all requests; NULL if none is known.';
comment on column media.analyses.currency is 'ISO 4217 code of the cost; NULL without one.';

-- The queue of one analyzer, in its order, and the leases of runs that may have died.
create index analyses_pending on media.analyses (organization_id, analyzer, next_attempt_at)
where state = 'pending';
create index analyses_leased on media.analyses (organization_id, analyzer, leased_until)
where state = 'analyzing';
-- What readers see of a content, found from the content.
create unique index analyses_newest on media.analyses (organization_id, sha256, analyzer)
where is_newest;
-- What happened last.
create index analyses_state_since on media.analyses (organization_id, state_since desc, analysis_id);
-- The check of the foreign key, and what there is of a version.
create index analyses_version on media.analyses (organization_id, analyzer, version);

create trigger set_updated_at before update on media.analyses
for each row execute function tenancy.set_updated_at();

select tenancy.protect_tenant_table('media.analyses');

create view media.file_analyses with (security_invoker = true) as
select
    f.organization_id,
    f.sha256,
    f.media_file_id,
    case k.reader
        when 'vision' then v.text_in_picture
        when 'tesseract' then t.text_in_picture
        else r.text_in_picture
    end as text_in_picture,
    case k.reader when 'vision' then v.text_language end as text_language,
    k.reader as text_read_by,
    c.colours,
    v.description,
    v.objects,
    v.safety,
    v.alt_text,
    greatest(c.state_since, r.state_since, t.state_since, v.state_since) as analysed_at
from media.media_files as f
left join media.analyses as c
    on f.organization_id = c.organization_id and f.sha256 = c.sha256 and c.analyzer = 'colours' and c.is_newest
left join media.analyses as r
    on f.organization_id = r.organization_id and f.sha256 = r.sha256 and r.analyzer = 'rapidocr' and r.is_newest
left join media.analyses as t
    on f.organization_id = t.organization_id and f.sha256 = t.sha256 and t.analyzer = 'tesseract' and t.is_newest
left join media.analyses as v
    on f.organization_id = v.organization_id and f.sha256 = v.sha256 and v.analyzer = 'vision' and v.is_newest
-- A model reads a text in its context; of two readers, the one that is surer of the letters.
cross join lateral (
    select
        case
            when v.text_in_picture is not null then 'vision'
            when t.confidence > r.confidence or num_nonnulls(t.confidence) > num_nonnulls(r.confidence) then 'tesseract'
            when r.text_in_picture is not null then 'rapidocr'
            when t.text_in_picture is not null then 'tesseract'
        end as reader
) as k
where num_nonnulls(c.analysis_id, r.analysis_id, t.analysis_id, v.analysis_id) > 0;

comment on view media.file_analyses is
'One row is one content with what each analyzer found in it last. Contents that no analyzer has completed are not in '
'it.';
comment on column media.file_analyses.text_in_picture is
'The text in the picture; empty if a reader found none, NULL if none has looked.';
comment on column media.file_analyses.text_language is 'Its language; NULL if its reader does not say it.';
comment on column media.file_analyses.text_read_by is 'The analyzer that read it.';
comment on column media.file_analyses.colours is 'Dominant colours with their shares.';
comment on column media.file_analyses.objects is 'Things in the picture; NULL without a model.';
comment on column media.file_analyses.alt_text is 'Suggestion for the alternative text; NULL without a model.';
comment on column media.file_analyses.analysed_at is 'When the newest of these analyses was completed.';

create view media.post_media_analyses with (security_invoker = true) as
select
    p.organization_id,
    p.post_id,
    p.media_id,
    p.media_type,
    p.position,
    p.media_file_id,
    p.sha256,
    a.text_in_picture,
    a.text_language,
    a.text_read_by,
    a.colours,
    a.description,
    a.objects,
    a.safety,
    a.alt_text,
    a.analysed_at
from media.post_media_files as p
left join media.file_analyses as a on p.organization_id = a.organization_id and p.sha256 = a.sha256;

comment on view media.post_media_analyses is
'One row is one medium of a post with what was found in its picture; what was not looked for is NULL.';

create view media.analysis_status with (security_invoker = true) as
select
    a.organization_id,
    a.analyzer,
    max(v.version) as newest_version,
    count(*) filter (where a.state = 'pending') as pending,
    count(*) filter (where a.state = 'analyzing') as analyzing,
    count(*) filter (where a.state = 'completed') as completed,
    count(*) filter (where a.state = 'refused') as refused,
    count(*) filter (where a.state = 'failed') as failed,
    sum(a.cost) as cost,
    a.currency
from media.analyses as a
inner join media.analyzer_versions as v
    on a.organization_id = v.organization_id and a.analyzer = v.analyzer and a.version = v.version
group by a.organization_id, a.analyzer, a.currency;

comment on view media.analysis_status is
'One row is what one analyzer of an organization has done, by the currency of its cost: analyses by state.';
comment on column media.analysis_status.newest_version is 'The newest version that has any.';
comment on column media.analysis_status.cost is 'Known cost; NULL if none is known.';
comment on column media.analysis_status.currency is 'ISO 4217 code of the cost; NULL without one.';

grant select on media.file_analyses, media.post_media_analyses, media.analysis_status
to syndication_pipeline, syndication_reader;

insert into tenancy.permissions (permission, description) values
('analyzers.edit', 'Choose which analyzers look at pictures, and let them analyse.');

-- Nobody changed these rows.
alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission)
select
    r.role,
    'analyzers.edit'
from unnest(enum_range('editor'::tenancy.member_role, 'owner'::tenancy.member_role)) as r (role);
alter table tenancy.role_permissions enable trigger role_permissions_changes;
