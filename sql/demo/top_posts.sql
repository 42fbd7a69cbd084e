-- One row is one of the five posts of an organization with the most public engagement over all days.
-- Parameter: slug (of the organization).

select
    sum(e.engagement_delta)::bigint as engagement,
    e.platform,
    coalesce(profile.name, p.author_username, 'unknown') as author,
    (p.posted_at at time zone 'utc')::date as posted_on,
    left(regexp_replace(p.text_content, '\s+', ' ', 'g'), 60) as beginning_of_text
from engagement.post_engagement_daily as e
inner join tenancy.organizations as o on e.organization_id = o.organization_id
inner join scraping.posts as p on e.organization_id = p.organization_id and e.post_id = p.post_id
left join scraping.profiles as profile
    on p.organization_id = profile.organization_id and p.profile_id = profile.profile_id
where o.slug = %(slug)s and e.engagement_delta is not null and not e.is_simulated
group by e.platform, profile.name, p.author_username, p.posted_at, p.text_content, e.post_id
order by sum(e.engagement_delta) desc, e.post_id asc
limit 5;
