-- Posts are no longer sampled by their age: how far fetches reached, and which posts may be missing, is lost. Followers
-- by day are no longer shown.

set local role syndication_owner;

alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;

set local role syndication_pipeline;
delete from operations.alert_deliveries as d using operations.alerts as a
where d.organization_id = a.organization_id and d.alert_id = a.alert_id and a.kind = 'posts_missed';
delete from operations.alerts where kind = 'posts_missed';
update operations.alert_routes set kind = null, is_active = false where kind = 'posts_missed';

set local role syndication_owner;
delete from operations.condition_kinds where kind = 'posts_missed';
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;

drop view engagement.profile_followers_daily;
drop function engagement.rate_by_followers_formula;
alter table engagement.metric_definitions disable trigger metric_definitions_changes;
delete from engagement.metric_definitions where metric_name = 'engagement_rate_by_followers';
delete from engagement.metric_definitions where metric_name = 'followers';
alter table engagement.metric_definitions enable trigger metric_definitions_changes;

drop view scraping.sampled_posts, scraping.snapshot_intervals_in_force;
drop table
scraping.post_gaps,
scraping.profile_fetches,
scraping.organization_snapshot_intervals,
scraping.snapshot_intervals;
