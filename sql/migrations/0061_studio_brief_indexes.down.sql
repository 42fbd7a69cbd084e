-- Takes out the indexes by which briefs are found.

set local role syndication_owner;

drop index studio.content_requests_parts;
drop index studio.content_requests_of_batch;
drop index studio.content_requests_of_language;
drop index studio.content_requests_of_state;
drop index studio.content_requests_of_organization;
