-- Readers find briefs without indexes again. Executive briefs become premium ones.

set local role syndication_owner;

create index content_requests_newest on studio.content_requests (created_at desc, request_id);
drop function studio.found_requests(studio.request_state, text, text, text, integer, integer);
drop function studio.counted_requests(studio.request_state, text, text, text);
drop function studio.request_candidates(text);
drop function studio.request_conditions(studio.request_state, text, text, text);
drop policy owner_searches on studio.content_requests;
drop function studio.parts_of_text(text);
drop function studio.is_to_be_made(studio.content_requests, timestamptz);
drop function studio.channels_of_request(text, text);

alter table studio.content_requests alter column quality drop default;
alter type studio.visual_quality rename to visual_quality_with_executive;
create type studio.visual_quality as enum ('draft', 'standard', 'premium');
comment on type studio.visual_quality is
'How much is made of a brief.
draft: of each channel, the format that is posted
standard: all formats
premium: all formats, and photos are compressed as little as the channel allows';
alter table studio.content_requests
alter column quality type studio.visual_quality
using case quality::text when 'executive' then 'premium' else quality::text end::studio.visual_quality;
alter table studio.content_requests alter column quality set default 'standard';
drop type studio.visual_quality_with_executive;
