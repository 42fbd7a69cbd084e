-- Removes accounts' health and limits. Refused while an account publishes to a network that is not known before.

set local role syndication_owner;

delete from engagement.sampling_gaps where platform in ('mastodon', 'bluesky');
delete from engagement.platform_metrics where platform in ('mastodon', 'bluesky');

drop table channels.account_limits;
drop table channels.account_health;
drop type channels.account_health_state;

alter table channels.credentials drop column renewed_with;

alter table channels.social_accounts
drop column server_url,
drop constraint social_accounts_publisher_of_platform,
drop constraint social_accounts_publisher_name,
add constraint social_accounts_publisher_check check (publisher in ('dry_run', 'facebook_graph')),
add constraint social_accounts_check1 check (publisher <> 'facebook_graph' or platform = 'facebook');
