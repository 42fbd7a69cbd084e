"""Damage to documents, their sections and their selections that each check must detect."""

from pathlib import Path

from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop
from syndication_assets_tests.documents.blog import Blog, post
from syndication_assets_tests.sample_database import Damage


def add_documents(shop: Shop, directory: Path) -> None:
    """Two posts on the first day, and a section selected for a channel on the fifth of the month."""
    blog = Blog(shop, LandingZone(str(directory)))
    blog.land(FIRST_DAY, post(1, "Wool is warm.", "Wool is light."), post(2, "Silk is cool."))
    blog.load(FIRST_DAY)
    blog.show(starts_on=FIRST_DAY.replace(day=5))
    blog.select(FIRST_DAY.replace(day=5))


DAMAGES = [
    Damage(
        "source_documents__match_their_newest_observation",
        "update documents.source_documents set title = 'Something else' where remote_document_id = '1'",
    ),
    Damage(
        "source_documents__match_their_newest_observation",
        "update documents.document_observations set observed_at = observed_at + interval '1 hour'",
    ),
    Damage("source_sections__are_in_order", "update documents.source_sections set position = 0"),
    Damage("source_sections__are_in_order", "update documents.source_sections set position = position + 1"),
    Damage("source_sections__have_text", "update documents.source_sections set text_content = E' \\n'"),
    Damage("source_sections__have_text", "update documents.source_sections set text_content = '<p>Warm.</p>'"),
    Damage(
        "section_channels__channels_have_a_schedule", "update publishing.publishing_schedules set is_active = false"
    ),
    Damage(
        "section_selections__sections_were_known_on_the_day",
        "update documents.source_documents set first_seen_at = '2025-11-06'",
    ),
    Damage(
        "section_selections__sections_were_known_on_the_day",
        "update documents.source_documents set published_at = '2025-11-06'",
    ),
    Damage(
        "section_selections__no_section_repeats",
        "insert into content.section_selections (organization_id, section_selection_id, platform, channel_type,"
        " selected_on, section_id, sections_left) select organization_id, 'ssl-ffffffff', platform, channel_type,"
        " '2025-11-02', section_id, 0 from content.section_selections",
    ),
    Damage(
        "posts_core__every_section_selection_has_its_post",
        "update content.posts_core set section_selection_id = null where section_id is not null",
    ),
    Damage(
        "posts_core__every_section_selection_has_its_post",
        "update content.posts_core set planned_on = '2025-11-06' where section_id is not null",
    ),
]
