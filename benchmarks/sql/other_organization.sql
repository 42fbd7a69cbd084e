-- Gives a second organization the same posts, profiles, hashtags and rollups as the first, so that row-level security
-- has rows to filter. Snapshots are not copied, because no query of the report reads them.
-- Parameters: organization, other_organization (slugs).

set session_replication_role = replica;

insert into tenancy.organizations (slug, name)
values (%(other_organization)s, initcap(%(other_organization)s));

do $$
declare
    table_name text;
    columns text;
    first_id text := (select organization_id from tenancy.organizations where slug = %(organization)s);
    other_id text := (select organization_id from tenancy.organizations where slug = %(other_organization)s);
begin
    foreach table_name in array array[
        'scraping.profiles', 'scraping.post_records', 'scraping.hashtags', 'scraping.post_hashtags',
        'engagement.post_engagement_daily', 'engagement.profile_engagement_daily',
        'engagement.platform_engagement_daily', 'engagement.hashtag_engagement_daily', 'engagement.post_cohorts'
    ] loop
        select string_agg(quote_ident(attname), ', ') into columns
        from pg_attribute
        where attrelid = table_name::regclass and attnum > 0 and not attisdropped and attgenerated = ''
            and attname <> 'organization_id';
        execute format(
            'insert into %%s (organization_id, %%s) select %%L, %%s from %%s where organization_id = %%L',
            table_name, columns, other_id, columns, table_name, first_id
        );
    end loop;
end
$$;
