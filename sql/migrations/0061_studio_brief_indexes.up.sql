-- Online: indexes by which studio.found_requests finds briefs, the newest first.

create index concurrently if not exists content_requests_of_organization on studio.content_requests (
    organization_id, created_at desc, request_id
);
create index concurrently if not exists content_requests_of_state on studio.content_requests (
    organization_id, state, created_at desc, request_id
);
create index concurrently if not exists content_requests_of_language on studio.content_requests (
    organization_id, language, created_at desc, request_id
);
create index concurrently if not exists content_requests_of_batch on studio.content_requests (
    organization_id, batch_name, created_at desc, request_id
)
where batch_name is not null;
create index concurrently if not exists content_requests_parts on studio.content_requests using gin (
    studio.parts_of_text(title || ' ' || brief)
);
