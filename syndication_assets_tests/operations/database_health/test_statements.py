"""Counts of a server are summed by text, and what others hide from the login is left out."""

from syndication_assets.operations.database_health.statements import MOST_STATEMENTS, Counted, summed


def counted(query: str, *, calls: int = 1, total: float = 1, longest: float = 1) -> Counted:
    return Counted(query, "syndication_pipeline", calls, total, longest, 1)


def test_the_same_text_is_one_statement():
    (statistics,) = summed(
        [
            counted("select * from t where a in ($1)", calls=2, total=10, longest=9),
            counted("select * from t where a in ($1, $2)", calls=3, total=5, longest=2),
        ]
    )
    assert (
        statistics.calls,
        statistics.total_milliseconds,
        statistics.longest_milliseconds,
        statistics.rows_returned,
    ) == (5, 15, 9, 2)
    assert statistics.milliseconds == 3


def test_statements_that_the_login_may_not_see_are_left_out():
    assert summed([counted("<insufficient privilege>")]) == []


def test_the_slowest_and_the_most_expensive_are_kept():
    slow = [counted(f"select s{n} from t", calls=1, total=1000 + n) for n in range(MOST_STATEMENTS)]
    frequent = [counted(f"select f{n} from t", calls=10_000, total=5000 + n) for n in range(MOST_STATEMENTS)]
    kept = [statement.query.text for statement in summed(slow + frequent)]
    assert len(kept) == MOST_STATEMENTS
    assert f"select s{MOST_STATEMENTS - 1} from t" in kept
    assert f"select f{MOST_STATEMENTS - 1} from t" in kept
    assert "select s0 from t" not in kept
