-- One row is one tag and one source: how many posts have the tag because of it, and one of them.
-- Parameter: slug (of the organization).

select
    t.tag_name,
    c.applied_by::text,
    c.state::text,
    count(*) as posts,
    min(c.why) as why,
    min(left(regexp_replace(p.text_content, '\s+', ' ', 'g'), 50)) as example
from tenancy.organizations as o
inner join curation.current_post_tags as c on o.organization_id = c.organization_id
inner join curation.tags as t on c.organization_id = t.organization_id and c.tag_id = t.tag_id
inner join scraping.post_records as p on c.organization_id = p.organization_id and c.post_id = p.post_id
where o.slug = %(slug)s
group by t.tag_name, c.applied_by, c.state
order by t.tag_name asc, c.applied_by asc, c.state asc;
