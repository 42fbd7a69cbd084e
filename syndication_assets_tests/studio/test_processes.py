"""A long queue is made by several processes at once: each brief once, and none is lost."""

import pytest

from syndication_assets.studio.making import making_processes
from syndication_assets.studio.making.making_processes import StudioProcessError, run_studio
from syndication_assets_tests.studio.studio_desk import StudioDesk

pytestmark = pytest.mark.one_server


@pytest.mark.slow
def test_two_processes_make_each_brief_once(desk: StudioDesk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(making_processes, "PROCESSES", 2)
    for number in range(2 * making_processes.FEWEST_BRIEFS):
        desk.brief(title=f"Number {number}", quality="draft")
    run = run_studio(desk.url, desk.settings, "default")
    assert len(set(run.assets)) == run.variants == 2 * making_processes.FEWEST_BRIEFS
    assert desk.value("select count(*) from studio.content_requests where state = 'generated'") == len(run.assets)


@pytest.mark.slow
def test_together_they_make_no_more_than_the_limit(desk: StudioDesk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(making_processes, "PROCESSES", 2)
    for number in range(2 * making_processes.FEWEST_BRIEFS + 2):
        desk.brief(title=f"Number {number}", quality="draft")
    run = run_studio(desk.url, desk.settings, limit=2 * making_processes.FEWEST_BRIEFS + 1)
    assert len(run.assets) == 2 * making_processes.FEWEST_BRIEFS + 1
    assert desk.value("select count(*) from studio.content_requests where state = 'pending'") == 1


def test_a_few_are_made_without_another_process(desk: StudioDesk, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(making_processes, "started_pool", refuse)
    desk.brief()
    assert len(run_studio(desk.url, desk.settings).assets) == 1
    monkeypatch.setattr(making_processes, "PROCESSES", 2)
    monkeypatch.setattr(making_processes, "FEWEST_BRIEFS", 1)
    desk.brief(title="One")
    desk.brief(title="Two")
    with pytest.raises(AssertionError, match="a process was started"):
        run_studio(desk.url, desk.settings)


@pytest.mark.slow
def test_a_process_that_is_ended_from_outside_is_reported_and_its_brief_waits(
    desk: StudioDesk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(making_processes, "PROCESSES", 2)
    monkeypatch.setattr(making_processes, "FEWEST_BRIEFS", 1)
    monkeypatch.setenv("SYNDICATION_FAULT_POINT", "studio.before_commit")
    for number in range(2):
        desk.brief(title=f"Number {number}")
    with pytest.raises(StudioProcessError, match="free memory, and start the studio again"):
        run_studio(desk.url, desk.settings)
    assert desk.value("select count(*) from studio.generated_assets") == 0
    monkeypatch.delenv("SYNDICATION_FAULT_POINT")
    desk.execute(
        "update studio.content_requests set leased_until = now() - interval '1 minute' where state = 'processing'"
    )
    assert len(desk.make().assets) == 2
