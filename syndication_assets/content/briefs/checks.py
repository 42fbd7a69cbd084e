"""The checks of the posts of briefs."""

from syndication_assets.sql_assets.checks import SqlCheck, sql_checks

CHECKS = [SqlCheck("brief_posts", "texts_show_the_newest_visual")]

brief_checks = sql_checks("content", CHECKS, name="brief_checks")
