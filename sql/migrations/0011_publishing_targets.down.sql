-- Removes the publishing room: what was published, and when, is lost.

set local role syndication_owner;

drop view content.variation_results;

drop schema publishing cascade;
