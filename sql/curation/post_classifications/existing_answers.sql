-- Makes answers current that this model gave already to the present texts of the posts in `scope`: it is not asked
-- again when people return to an earlier model or list of tags. A re-run changes nothing.
-- Parameters: organization_id, model, prompt_version, tag_list_version.

create temporary table returning_answers on commit drop as
select
    c.organization_id,
    c.post_id,
    c.text_hash
from scope as s
inner join curation.post_classifications as c
    on s.organization_id = c.organization_id and s.post_id = c.post_id
inner join scraping.post_records as p on c.organization_id = p.organization_id and c.post_id = p.post_id
where
    c.organization_id = %(organization_id)s
    and c.model = %(model)s
    and c.prompt_version = %(prompt_version)s
    and c.tag_list_version = %(tag_list_version)s
    and c.state = 'answered'
    and not c.is_current
    and c.text_hash
    = decode(md5(concat_ws(e'\n', p.text_content, p.article ->> 'title', p.article ->> 'subtitle')), 'hex');

update curation.post_classifications as c set is_current = false
from returning_answers as r
where c.organization_id = r.organization_id and c.post_id = r.post_id and c.is_current;

update curation.post_classifications as c set is_current = true
from returning_answers as r
where
    c.organization_id = r.organization_id
    and c.post_id = r.post_id
    and c.text_hash = r.text_hash
    and c.model = %(model)s
    and c.prompt_version = %(prompt_version)s
    and c.tag_list_version = %(tag_list_version)s;

drop table returning_answers;
