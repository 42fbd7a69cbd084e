-- Records that nothing could be fetched of one profile, so that the next scheduled fetches leave it alone for a while.
-- One row of profile_fetches; recording it again changes the time. Parameters: organization_id, profile_id.

insert into scraping.profile_fetches (organization_id, profile_id, failed_at)
values (%(organization_id)s, %(profile_id)s, now())
on conflict (organization_id, profile_id) do update set failed_at = excluded.failed_at
