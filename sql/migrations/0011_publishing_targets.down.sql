-- Drops the publishing schema: the record of what was published is lost.

set local role syndication_owner;

drop view content.variation_results;

drop schema publishing cascade;
