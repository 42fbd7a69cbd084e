-- Removes the views of the report and its calendar. They hold no data of their own.

set local role syndication_owner;

drop view
engagement.report_followers_weekly,
engagement.report_planned_posts_weekly,
engagement.report_publications_weekly,
engagement.report_ownership_weekly,
engagement.own_profiles;

drop index content.posts_core_planned_on;

drop view
engagement.report_quarantined_items_weekly,
engagement.report_cohorts_weekly,
engagement.report_hashtags_weekly,
engagement.report_profiles_weekly,
engagement.report_post_history,
engagement.report_top_posts,
engagement.report_platforms_weekly,
engagement.report_platforms_by_day,
engagement.report_weeks;

drop index engagement.platform_engagement_daily_day;

drop table engagement.weeks;
