-- One row is one hashtag of one post, with the days of the texts that contained it: from an observation with the
-- hashtag to the next observation without it. A day counts with its last text. A day with observations but without a
-- text counts for no hashtag, because an unknown text is not a text without hashtags; if a changed file took the text
-- away that the post still has, the hashtags stay too. An observation of an unchanged text writes nothing, and a re-run
-- changes nothing. Parameters: day.

create temporary table day_hashtags on commit drop as
select
    t.organization_id,
    t.post_id,
    h.hashtag_id,
    t.is_new
from described_hashtags as t
inner join scraping.hashtags as h on t.organization_id = h.organization_id and t.hashtag = h.hashtag;

analyze day_hashtags;

insert into scraping.post_hashtags (organization_id, post_id, hashtag_id, seen_on, is_current)
select
    organization_id,
    post_id,
    hashtag_id,
    datemultirange(daterange(%(day)s::date, null)),
    true
from day_hashtags
where is_new;

-- One row is one hashtag of a known post that changes. What the day says counts until the next observation.
create temporary table changed_hashtags on commit drop as
select *
from (
    select
        k.organization_id,
        k.post_id,
        h.hashtag_id,
        h.seen_on is null as is_new,
        case
            when h.is_in_text then coalesce(h.seen_on, '{}') + k.cell
            when k.is_description or not k.has_content_of_day then h.seen_on - k.cell
            else h.seen_on
        end as seen_on,
        case when k.is_newest and k.is_description then h.is_in_text else coalesce(h.is_current, false) end
            as is_current,
        h.seen_on as known_seen_on,
        h.is_current as was_current
    from (
        select
            organization_id,
            post_id,
            is_newest,
            is_description,
            datemultirange(daterange(%(day)s::date, (next_seen_at at time zone 'utc')::date)) as cell,
            coalesce(
                known_content_observed_at >= %(day)s::date and known_content_observed_at < %(day)s::date + 1, false
            ) as has_content_of_day
        from compared_posts
    ) as k
    inner join (
        select
            coalesce(p.organization_id, t.organization_id) as organization_id,
            coalesce(p.post_id, t.post_id) as post_id,
            coalesce(p.hashtag_id, t.hashtag_id) as hashtag_id,
            p.seen_on,
            p.is_current,
            t.hashtag_id is not null as is_in_text
        from (
            select p.*
            from compared_posts as k
            inner join scraping.post_hashtags as p on k.organization_id = p.organization_id and k.post_id = p.post_id
        ) as p
        full join (
            select
                organization_id,
                post_id,
                hashtag_id
            from day_hashtags
            where not is_new
        ) as t
            on p.organization_id = t.organization_id and p.post_id = t.post_id and p.hashtag_id = t.hashtag_id
    ) as h on k.organization_id = h.organization_id and k.post_id = h.post_id
) as compared
where seen_on is distinct from known_seen_on or is_current is distinct from was_current;

insert into scraping.post_hashtags (organization_id, post_id, hashtag_id, seen_on, is_current)
select
    organization_id,
    post_id,
    hashtag_id,
    seen_on,
    is_current
from changed_hashtags
where is_new;

update scraping.post_hashtags as p set seen_on = c.seen_on, is_current = c.is_current
from changed_hashtags as c
where
    not c.is_new
    and not isempty(c.seen_on)
    and p.organization_id = c.organization_id
    and p.post_id = c.post_id
    and p.hashtag_id = c.hashtag_id;

delete from scraping.post_hashtags as p using changed_hashtags as c
where
    isempty(c.seen_on)
    and p.organization_id = c.organization_id
    and p.post_id = c.post_id
    and p.hashtag_id = c.hashtag_id;
