-- Takes back what to expect of the next post.

set local role syndication_owner;

drop view engagement.report_expected_engagement_weekly;
drop function engagement.prediction_interval;
