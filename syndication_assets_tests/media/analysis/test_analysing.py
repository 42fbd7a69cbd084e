"""Analyzers look at each content once for each of their versions, whatever happens to a run."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.media.analysis.analysis_queue import (
    AnalyzerQueue,
    chosen_analyzers,
    retry_analyses,
    version_number,
)
from syndication_assets.media.analysis.analyzer import AnalyzerVersion, Result
from syndication_assets.media.analysis.findings import (
    AnalyzerDownError,
    Colour,
    FailedAttemptError,
    Findings,
    RefusedPictureError,
)
from syndication_assets.media.analysis.outcomes import AnalysisState, completed
from syndication_assets.media.analysis.planning import plans
from syndication_assets.media.checks import CHECKS
from syndication_assets.sql_assets.checks import find_offenders
from syndication_assets_tests.media.analysis.analysis_desk import AnalysisDesk
from syndication_assets_tests.media.media_samples import DOCUMENT, VIDEO, picture

RED, BLUE, GREEN = (picture(seed=number) for number in (1, 2, 3))
GREY = (Colour("#777777", 1.0),)
_KILLED = """
import sys
from pathlib import Path
from syndication_assets_tests.media.analysis.analysis_desk import AnalysisDesk

AnalysisDesk(sys.argv[1], Path(sys.argv[2])).run()
"""


@dataclass
class Looker:
    """An analyzer of this test: it finds grey, or does what `look` does."""

    look: Callable[[int], Result] = lambda _: (Findings(colours=GREY), None)
    version: AnalyzerVersion = field(default_factory=lambda: AnalyzerVersion("looker 1"))
    at_once: int = 1
    longest_side: int = 64
    looks: int = 0

    async def analyse(self, picture: bytes, _sha256: str) -> Result:
        assert picture.startswith(b"\xff\xd8"), "a JPEG of our own"
        self.looks += 1
        return self.look(self.looks)

    def opened(self, *_: object) -> nullcontext["Looker"]:
        return nullcontext(self)


def raising(error: Exception) -> Callable[[int], Result]:
    def look(_: int) -> Result:
        raise error

    return look


def later(desk: AnalysisDesk, column: str) -> None:
    """Lets the time of a column pass."""
    desk.rows(f"update media.analyses set {column} = now() - interval '1 minute' where {column} > now() returning 1")


def states(desk: AnalysisDesk) -> list[tuple[str, int]]:
    return desk.rows("select state::text, attempts from media.analyses order by state, attempts")


def test_a_content_is_analysed_once_and_by_another_version_only_if_somebody_says_so(desk: AnalysisDesk):
    desk.store(RED, RED, BLUE, DOCUMENT)
    looker = Looker()
    run = desk.run(open=looker.opened)
    assert (run.queued, run.states) == ({"colours": 2}, {("colours", "completed"): 2})
    assert desk.run(open=looker.opened).states == {}
    newer = Looker(version=AnalyzerVersion("looker 2"))
    assert desk.run(open=newer.opened).states == {}, "a new version analyses nothing by surprise"
    desk.store(GREEN)
    assert desk.run(open=newer.opened).states == {("colours", "completed"): 1}
    assert desk.run(open=newer.opened, again=True).states == {("colours", "completed"): 2}
    assert (looker.looks, newer.looks) == (2, 3)
    assert desk.rows("select program, version from media.analyzer_versions order by version") == [
        ("looker 1", 1),
        ("looker 2", 2),
    ]
    assert desk.rows("select count(*), count(distinct sha256) from media.analyses") == [(5, 3)]
    assert desk.rows("select version, count(*) from media.analyses where is_newest group by 1") == [(2, 3)]


def test_videos_and_documents_are_looked_at_by_their_posters_and_pictures_by_themselves(desk: AnalysisDesk):
    desk.store(BLUE)
    files = desk.store(VIDEO, DOCUMENT, poster=RED)
    run = desk.run()
    assert (run.queued, run.states) == ({"colours": 3}, {("colours", "completed"): 3})
    colours = dict(desk.rows("select sha256, colours::text from media.analyses"))
    assert colours[files[0]] == colours[files[1]]
    assert len(set(colours.values())) == 2
    with transaction(desk.url) as connection:
        (plan,) = plans(connection, desk.settings)
    assert (plan.new_pictures, plan.waiting) == (0, 0), "the plan counts them as the queue does"


def test_what_waits_for_an_older_version_waits_for_the_newest(desk: AnalysisDesk):
    desk.store(RED)
    assert desk.run(open=Looker(raising(FailedAttemptError("no"))).opened).states == {("colours", "pending"): 1}
    later(desk, "next_attempt_at")
    assert desk.run(open=Looker(version=AnalyzerVersion("looker 2")).opened).states == {("colours", "completed"): 1}
    assert desk.rows("select version, attempts from media.analyses") == [(2, 1)]


def test_an_attempt_that_fails_waits_and_is_parked_after_the_fifth_until_somebody_retries(desk: AnalysisDesk):
    desk.store(RED)
    failing = Looker(raising(FailedAttemptError("the model answered rubbish")))
    for _ in range(5):
        desk.run(open=failing.opened)
        desk.run(open=failing.opened)
        later(desk, "next_attempt_at")
    assert failing.looks == 5, "a second run at once does not ask again"
    assert desk.rows("select state::text, attempts, reason from media.analyses") == [
        ("failed", 5, "the model answered rubbish, in 5 attempts")
    ]
    assert desk.run(open=Looker().opened).states == {}
    with transaction(desk.url) as connection:
        ((organization_id,),) = connection.execute("select organization_id from media.media_files").fetchall()
        assert retry_analyses(connection, organization_id, None, AnalysisState.REJECTED) == 0
        assert retry_analyses(connection, organization_id, "colours", AnalysisState.FAILED) == 1
    assert desk.run(open=Looker().opened).states == {("colours", "completed"): 1}


def test_an_analyzer_that_is_down_ends_its_run_and_costs_no_attempt(desk: AnalysisDesk):
    desk.store(RED, BLUE, GREEN)
    down = Looker(raising(AnalyzerDownError("the key is rejected")))
    desk.run(open=down.opened)
    assert down.looks == 1
    assert states(desk) == [("pending", 0)] * 3
    later(desk, "next_attempt_at")
    assert desk.run(open=Looker().opened).states == {("colours", "completed"): 3}


def test_an_analyzer_that_fails_again_and_again_ends_its_run(desk: AnalysisDesk):
    desk.store(*(picture(seed=number, size=(64, 64)) for number in range(30)))
    failing = Looker(raising(FailedAttemptError("broken")))
    desk.run(open=failing.opened)
    assert failing.looks == 10


def test_a_run_looks_at_no_more_pictures_than_it_may(desk: AnalysisDesk):
    desk.choose("colours", pictures_per_run=2)
    desk.store(RED, BLUE, GREEN)
    assert desk.run(open=Looker().opened).states == {("colours", "completed"): 2}
    desk.rows("update media.analyzers set is_active = false returning 1")
    assert desk.run(open=Looker().opened).states == {}, "a paused analyzer looks at nothing"
    assert states(desk) == [("completed", 1), ("completed", 1), ("pending", 0)]


def test_a_run_that_is_killed_loses_nothing_and_nobody_looks_at_its_pictures_before_its_lease_ends(desk: AnalysisDesk):
    desk.store(RED, BLUE)
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, desk.url, str(desk.directory)],
        env=os.environ | {"SYNDICATION_FAULT_POINT": "media_analysis.before_rows"},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert states(desk) == [("analyzing", 1)] * 2
    assert desk.run().states == {}, "the other run may still be alive"
    later(desk, "leased_until")
    assert desk.run().states == {("colours", "completed"): 2}
    assert states(desk) == [("completed", 2)] * 2


def test_a_picture_whose_runs_die_is_parked(desk: AnalysisDesk):
    desk.store(RED)
    for _ in range(5):
        with pytest.raises(RuntimeError, match="the process dies"):
            desk.run(open=Looker(raising(RuntimeError("the process dies"))).opened)
        later(desk, "leased_until")
    assert desk.run(open=Looker().opened).states == {}
    ((state, reason),) = desk.rows("select state::text, reason from media.analyses")
    assert state == "failed"
    assert "ended before it had a result" in reason


def test_two_runs_at_once_look_at_different_pictures_and_a_lost_lease_writes_nothing(desk: AnalysisDesk):
    desk.store(RED, BLUE)
    now = datetime.now(UTC)
    with transaction(desk.url) as connection:
        (chosen,) = chosen_analyzers(connection)
        number = version_number(connection, chosen, AnalyzerVersion("looker 1"))
        queue = partial(AnalyzerQueue, chosen.organization_id, chosen.analyzer, number)
        slow, fast = queue(), queue()
        assert slow.queue(connection, now, again=False) == 2
    with transaction(desk.url) as first, transaction(desk.url) as other:
        (of_slow,) = slow.lease(first, now, 1)
        (of_fast,) = fast.lease(other, now, 5)
    assert of_slow.sha256 != of_fast.sha256
    late = now + timedelta(hours=1)
    with transaction(desk.url) as connection:
        assert fast.recover(connection, late) == 2
        assert len(fast.lease(connection, late, 5)) == 2
        assert slow.store(connection, [(of_slow, completed(Findings(colours=GREY)))], late) == 0
    with transaction(desk.url) as connection:
        assert fast.store(connection, [(of_slow, completed(Findings(colours=())))], late) == 1
    assert desk.rows("select colours from media.analyses where state = 'completed'") == [([],)]


def test_a_stored_file_that_is_missing_has_its_reason_and_the_others_are_analysed(desk: AnalysisDesk):
    desk.store(RED, BLUE)
    ((path,),) = desk.rows("select min(object_path) from media.media_files")
    (desk.directory / path).unlink()
    run = desk.run()
    assert run.states == {("colours", "pending"): 1, ("colours", "completed"): 1}
    ((_, reason),) = run.reasons
    assert "syndication media verify" in reason


def test_a_reader_sees_the_best_of_what_was_found_and_checks_find_what_is_wrong(desk: AnalysisDesk):
    red, blue = desk.store(RED, BLUE)
    desk.run(open=Looker().opened)
    looks: dict[str, Callable[[int], Result]] = {
        "rapidocr": lambda _: (Findings(text_in_picture="SAIE", confidence=0.6), None),
        "tesseract": lambda _: (Findings(text_in_picture="SALE", confidence=0.8), None),
    }
    for analyzer, look in looks.items():
        with transaction(desk.url) as connection:
            (chosen,) = chosen_analyzers(connection)
            queue = AnalyzerQueue(
                chosen.organization_id,
                analyzer,
                version_number(connection, chosen._replace(analyzer=analyzer), AnalyzerVersion(analyzer)),
            )
            now = datetime.now(UTC)
            queue.queue(connection, now, again=False)
            queue.store(connection, [(each, completed(look(0)[0])) for each in queue.lease(connection, now, 9)], now)
    found = desk.rows("select sha256, text_in_picture, text_read_by, colours from media.file_analyses order by sha256")
    colours = [{"colour": "#777777", "share": 1.0}]
    assert found == [(sha256, "SALE", "tesseract", colours) for sha256 in sorted((red, blue))]

    def offenders() -> dict[str, int]:
        checks = [check for check in CHECKS if check.table == "analyses" and check.shared_file is None]
        today = datetime.now(UTC).date()
        window = (today - timedelta(days=28), today + timedelta(days=1))
        with transaction(desk.url) as connection:
            return {check.name: find_offenders(connection, "media", check, window).count for check in checks}

    assert set(offenders().values()) == {0}
    desk.rows(
        "update media.analyses set state = 'failed', is_newest = false, reason = 'no', colours = null"
        " where analyzer = 'colours' and sha256 = %s returning 1",
        red,
    )
    desk.rows("update media.analyses set state_since = '2020-01-01' where analyzer = 'tesseract' returning 1")
    desk.rows("update media.media_files set created_at = now() - interval '3 days' returning 1")
    desk.rows("delete from media.analyses where analyzer = 'colours' and sha256 = %s returning 1", blue)
    assert offenders() == {
        "no_analysis_is_parked": 1,
        "no_content_waits_for_days": 1,
        "results_are_not_older_than_their_content": 2,
    }


def test_a_refused_picture_is_not_looked_at_again(desk: AnalysisDesk):
    desk.store(RED)
    refusing = Looker(raising(RefusedPictureError("the model refuses")))
    assert desk.run(open=refusing.opened).states == {("colours", "rejected"): 1}
    desk.run(open=refusing.opened)
    assert refusing.looks == 1
