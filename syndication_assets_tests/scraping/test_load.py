"""Loading the landed files of a day."""

from datetime import date

from syndication_assets.resources.database import transaction
from syndication_assets.resources.landing_zone import LandingZone
from syndication_assets.samples.landing_files import sample_files
from syndication_assets.scraping.download_runs import RunSession
from syndication_assets.scraping.load import load_day


def test_a_second_load_of_a_day_changes_nothing(database_url: str, zone: LandingZone, session: RunSession):
    day = date(2025, 11, 3)
    for file in sample_files(first_day=day, days=1, linkedin_profiles=3, youtube_channels=1):
        if not file.name.endswith(".meta.json"):
            zone.land("default", file.source, file.landed_on, file.name, file.content)
    first = load_day(database_url, zone, day, maximum_file_bytes=10**8, session=session)
    second = load_day(database_url, zone, day, maximum_file_bytes=10**8, session=session)
    assert first.total("posts_new") > 0
    assert second.total("posts_new") == second.total("posts_updated") == 0
    assert second.total("snapshots_new") == second.total("snapshots_updated") == second.total("snapshots_removed") == 0
    with transaction(database_url) as connection:
        assert connection.execute("select count(*) from scraping.download_runs where status = 'running'").fetchone() == (0,)
