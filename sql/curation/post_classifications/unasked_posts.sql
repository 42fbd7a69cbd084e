-- One row is one post of the scope whose present text this model was not asked about, the newest first, with the number
-- of all of them. Samples of a dry run and posts without a text are left out.
-- Parameters: organization_id, model, prompt_version, tag_list_version, default_posts_a_run.

with texts as (
    select
        p.organization_id,
        p.post_id,
        p.posted_at,
        concat_ws(e'\n', p.text_content, p.article ->> 'title', p.article ->> 'subtitle') as text
    from scope as s
    inner join scraping.post_records as p on s.organization_id = p.organization_id and s.post_id = p.post_id
    where p.organization_id = %(organization_id)s and not p.is_simulated
)

select
    t.post_id,
    t.text,
    md5(t.text) as text_hash,
    count(*) over () as posts
from texts as t
where
    t.text ~ '\w'
    and not exists (
        select from curation.post_classifications as c
        where
            c.organization_id = t.organization_id
            and c.post_id = t.post_id
            and c.model = %(model)s
            and c.prompt_version = %(prompt_version)s
            and c.tag_list_version = %(tag_list_version)s
            and c.text_hash = decode(md5(t.text), 'hex')
            and c.state <> 'waiting'
    )
order by t.posted_at desc nulls last, t.post_id asc
limit coalesce(
    (select m.posts_a_run from curation.model_tagging as m where m.organization_id = %(organization_id)s),
    %(default_posts_a_run)s
);
