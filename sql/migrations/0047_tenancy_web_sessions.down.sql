-- Takes back the sessions of the web page and the preferred language.

set local role syndication_owner;

alter table tenancy.user_preferences drop column language;
drop table tenancy.web_sessions;
drop sequence tenancy.web_session_id_sequence;
