-- One row is one hashtag of one post, with the days on which its text contained it. Days without an observed text
-- change nothing and count for no hashtag, because an unknown text is not a text without hashtags. A re-run changes
-- nothing. Parameters: day.

create temporary table day_hashtags on commit drop as
select
    t.organization_id,
    t.post_id,
    h.hashtag_id
from described_hashtags as t
inner join scraping.hashtags as h on t.organization_id = h.organization_id and t.hashtag = h.hashtag;

-- Removes the day from hashtags that its text no longer contains, for example after a fix of the adapter.
update scraping.post_hashtags as p set seen_on = p.seen_on - datemultirange(daterange(%(day)s::date, %(day)s::date + 1))
from described_posts as d
where
    p.organization_id = d.organization_id
    and p.post_id = d.post_id
    and not d.is_new
    and d.is_description
    and p.seen_on @> %(day)s::date
    and not exists (
        select
        from day_hashtags as t
        where t.organization_id = p.organization_id and t.post_id = p.post_id and t.hashtag_id = p.hashtag_id
    );

update scraping.post_hashtags as p set seen_on = p.seen_on + datemultirange(daterange(%(day)s::date, %(day)s::date + 1))
from day_hashtags as t
where
    p.organization_id = t.organization_id
    and p.post_id = t.post_id
    and p.hashtag_id = t.hashtag_id
    and not p.seen_on @> %(day)s::date;

insert into scraping.post_hashtags (organization_id, post_id, hashtag_id, seen_on, is_current)
select
    t.organization_id,
    t.post_id,
    t.hashtag_id,
    datemultirange(daterange(%(day)s::date, %(day)s::date + 1)),
    true
from day_hashtags as t
where
    not exists (
        select
        from scraping.post_hashtags as p
        where p.organization_id = t.organization_id and p.post_id = t.post_id and p.hashtag_id = t.hashtag_id
    );

-- The hashtags of the newest text are current. All hashtags of a new post are current already.
update scraping.post_hashtags as p set is_current = not p.is_current
from described_posts as d, scraping.posts as post
where
    not d.is_new
    and p.organization_id = d.organization_id
    and p.post_id = d.post_id
    and post.organization_id = d.organization_id
    and post.post_id = d.post_id
    and p.is_current <> (p.seen_on @> (post.content_observed_at at time zone 'utc')::date);

delete from scraping.post_hashtags as p using described_posts as d
where
    p.organization_id = d.organization_id
    and p.post_id = d.post_id
    and isempty(p.seen_on);
