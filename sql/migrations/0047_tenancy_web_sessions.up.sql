-- Tenancy: sessions of the web page, and the language in which it speaks to a user.

set local role syndication_owner;

create sequence tenancy.web_session_id_sequence as bigint maxvalue 4294967295;

create table tenancy.web_sessions (
    session_id text primary key default tenancy.public_id('ses', nextval('tenancy.web_session_id_sequence'))
    check (session_id ~ '^ses-[0-9a-f]{8}$'),
    token_hash bytea not null unique check (length(token_hash) = 32),
    user_id text references tenancy.users on delete cascade,
    login text check (login <> ''),
    is_link boolean not null default false,
    language text check (language ~ '^[a-z]{2}$'),
    shown_organization_id text,
    started_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at timestamptz not null,
    ended_at timestamptz,
    check (num_nonnulls(user_id, login) = 1),
    check (expires_at > started_at)
);
create index web_sessions_user on tenancy.web_sessions (user_id);

comment on table tenancy.web_sessions is
'One row is one session of the web page: of a user, or of whoever runs the server. Its token is a cookie and is stored '
'as a hash. Rows stay after the session, as a record of who was there and how long.';
comment on column tenancy.web_sessions.session_id is 'Public id, such as ses-0a1b2c3d.';
comment on column tenancy.web_sessions.token_hash is 'SHA-256 of the token.';
comment on column tenancy.web_sessions.user_id is 'Who signed in; NULL for whoever runs the server.';
comment on column tenancy.web_sessions.login is
'Login of this machine of whoever runs the server and has no user: they see the organizations without members, as on '
'the command line. NULL for a user.';
comment on column tenancy.web_sessions.is_link is
'Whether the token is that of a link that a command printed: it opens the session once, for a new token.';
comment on column tenancy.web_sessions.language is
'ISO 639-1 code of the language that was chosen in the session; NULL for the preference of the user, else of the '
'browser.';
comment on column tenancy.web_sessions.shown_organization_id is
'The organization that the session shows; the first one of the user if this is NULL or not theirs any more.';
comment on column tenancy.web_sessions.started_at is 'When the session began.';
comment on column tenancy.web_sessions.last_used_at is
'When a page was last asked for, to the minute: a session that is not used for hours has expired.';
comment on column tenancy.web_sessions.expires_at is 'When it expires, however much it is used.';
comment on column tenancy.web_sessions.ended_at is
'When the user signed out, or the session was replaced; NULL if neither happened.';

alter table tenancy.web_sessions enable row level security;
alter table tenancy.web_sessions force row level security;
create policy pipeline_all on tenancy.web_sessions to syndication_pipeline using (true) with check (true);
grant select, insert, update, delete on tenancy.web_sessions to syndication_pipeline;
grant usage on sequence tenancy.web_session_id_sequence to syndication_pipeline;

alter table tenancy.user_preferences add column language text check (language ~ '^[a-z]{2}$');
comment on column tenancy.user_preferences.language is
'ISO 639-1 code of the language of the web page; NULL for the language of the browser.';
