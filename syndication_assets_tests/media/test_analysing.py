"""Analyzers look at each content once for each of their versions, whatever happens to a run."""

from pathlib import Path

import pytest

from syndication_assets_tests.media.analysis_desk import AnalysisDesk
from syndication_assets_tests.media.media_samples import DOCUMENT, picture

RED, BLUE = picture(seed=1), picture(seed=2)


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> AnalysisDesk:
    return AnalysisDesk(database_url, tmp_path)


def test_a_content_is_analysed_once(desk: AnalysisDesk):
    desk.store(RED, RED, BLUE, DOCUMENT)
    run = desk.run()
    assert run.queued == {"colours": 2}
    assert run.states == {("colours", "completed"): 2}
    found = desk.rows("select version, state::text, attempts, colours -> 0 ->> 'colour' from media.analyses")
    print(found)
    assert desk.run().states == {}
