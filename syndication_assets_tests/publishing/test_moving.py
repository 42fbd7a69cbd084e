"""Moving a post to another day: the rules of planning hold."""

from datetime import date, timedelta

import pytest

from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.sending.moving import move_to_day
from syndication_assets_tests.publishing.publishing_queue import DAY, PublishingQueue

pytestmark = pytest.mark.one_server


def _planned(queue: PublishingQueue, number: int) -> list[str]:
    """As many posts in the daily slots from DAY on, of a page that simulates."""
    account_id = queue.page()
    queue.schedule(account_id)
    for _ in range(number):
        queue.approved()
    queue.plan()
    return [
        target_id for (target_id,) in queue.rows("select target_id from publishing.post_targets order by scheduled_at")
    ]


def _day_of(queue: PublishingQueue, target_id: str) -> date:
    return date.fromisoformat(str(queue.target(target_id)["slot_at"])[:10])


def test_a_post_gets_the_first_free_slot_of_the_day_and_its_own_is_free_again(queue: PublishingQueue):
    first, second = _planned(queue, 2)
    later = DAY + timedelta(days=5)
    slot = move_to_day(queue.url, first, later, "ann")
    assert _day_of(queue, first) == later
    assert queue.target(first)["scheduled_at"] == slot.scheduled_at.isoformat()
    move_to_day(queue.url, second, DAY, "ann")
    assert _day_of(queue, second) == DAY
    audited = queue.rows("select distinct actor from tenancy.audit_log where table_name = 'publishing.post_targets'")
    assert ("ann",) in audited


def test_a_day_whose_slot_is_taken_or_that_has_none_is_refused(queue: PublishingQueue):
    first, second = _planned(queue, 2)
    with pytest.raises(SyndicationError, match="no free slot"):
        move_to_day(queue.url, first, _day_of(queue, second), "ann")
    assert _day_of(queue, first) == DAY
    with pytest.raises(SyndicationError, match="no free slot"):
        move_to_day(queue.url, first, DAY - timedelta(days=3650), "ann")  # before the schedule begins
    move_to_day(queue.url, first, DAY, "ann")  # its own day is no other's
    assert _day_of(queue, first) == DAY


def test_only_an_approved_post_that_is_not_sent_moves(queue: PublishingQueue):
    (target_id,) = _planned(queue, 1)
    queue.execute("update publishing.post_targets set state = 'cancelled'")
    with pytest.raises(SyndicationError, match="is cancelled"):
        move_to_day(queue.url, target_id, DAY + timedelta(days=1), "ann")
    with pytest.raises(SyndicationError, match="no target"):
        move_to_day(queue.url, "tgt-00000000", DAY, "ann")
