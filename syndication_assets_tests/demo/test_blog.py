"""The journal of the samples is deterministic, lands, loads, and contains the documented faults."""

from datetime import timedelta

from syndication_assets.database.connection import transaction
from syndication_assets.demo.samples.blog import MAINTENANCE_DAY, TAKEN_DOWN, blog_files
from syndication_assets.documents.document_load import load_day
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.sample_database import FIRST_DAY


def test_the_same_arguments_give_the_same_files_and_a_longer_range_begins_with_those_of_a_shorter():
    short = list(blog_files(first_day=FIRST_DAY, days=8))
    assert short == list(blog_files(first_day=FIRST_DAY, days=8))
    assert list(blog_files(first_day=FIRST_DAY, days=20))[: len(short)] == short


def test_the_journal_loads_with_its_faults_in_quarantine(database_url: str, zone: LandingZone):
    for file in blog_files(first_day=FIRST_DAY, days=28):
        zone.land("default", file.source, file.landed_on, file.name, file.content)
    loads = [
        load_day(database_url, zone, FIRST_DAY + timedelta(number), maximum_file_bytes=10**7) for number in range(28)
    ]
    assert sum(load.documents for load in loads) > 40
    with transaction(database_url) as connection:
        reasons = connection.execute("select distinct landed_on, reason from landing.quarantine order by 2").fetchall()
        documents = dict(
            connection.execute(
                "select remote_document_id, is_published from documents.source_documents where source = 'blog_posts'"
            ).fetchall()
        )
        texts = connection.execute("select text_content from documents.source_sections where is_active").fetchall()
    assert {reason for _, reason in reasons} == {
        "it has neither an id nor a link",
        "it is a page of HTML, not a feed: check the URL it came from",
    }
    assert FIRST_DAY + timedelta(MAINTENANCE_DAY) in {day for day, reason in reasons if "HTML" in reason}
    assert documents[str(TAKEN_DOWN)] is False
    assert sum(documents.values()) == len(documents) - 1
    assert len(texts) > 15
    assert not any("<" in text for (text,) in texts)
