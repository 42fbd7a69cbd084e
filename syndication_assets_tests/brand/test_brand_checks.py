"""The checks of the brand room: they pass on a good brand, and each fails on its own damage."""

import dagster as dg
import pytest

from syndication_assets.brand import checks
from syndication_assets.brand.checks import CHECKS
from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets_tests.brand.conftest import Studio
from syndication_assets_tests.sample_database import broken_checks, check_files, damaged, names_of

pytestmark = pytest.mark.one_server

_WITHOUT_A_LAYER = (
    "update brand.visual_template_versions set document = document #- '{layers,3}' where document ->> 'name' = 'Figure'"
)
DAMAGES = {
    "brand_profiles__every_brand_has_the_common_colours": (
        "update brand.brand_profile_versions set colours = colours - 'light'"
    ),
    "brand_profiles__no_word_is_both_preferred_and_banned": (
        "update brand.brand_profile_versions set vocabulary = '{Calm}', banned_words = '{calm}'"
    ),
}


def test_each_damage_fails_its_own_check_only(studio: Studio):
    for check, statement in {"": "select", **DAMAGES}.items():
        with damaged(studio.url, statement) as connection:
            assert broken_checks(connection, "brand", CHECKS).keys() == {check} - {""}


def test_every_check_file_is_registered_and_has_a_damage():
    assert check_files("brand") == names_of(CHECKS) == set(DAMAGES)


@pytest.mark.parametrize(
    ("check", "statement", "offender"),
    [
        (checks.fonts_are_there, "update brand.brand_profile_versions set heading_family = 'Ghost Sans'", "Ghost Sans"),
        (
            checks.documents_can_be_drawn,
            _WITHOUT_A_LAYER,
            "fields, figure: no layer shows it",
        ),
    ],
)
def test_fonts_that_nobody_stored_and_templates_that_cannot_be_drawn_are_found(
    studio: Studio, check: dg.AssetChecksDefinition, statement: str, offender: str
):
    def result() -> dg.AssetCheckResult:
        found = check(postgres=PostgresResource())
        assert isinstance(found, dg.AssetCheckResult)
        return found

    assert result().passed
    with transaction(studio.url) as connection:
        connection.execute("set local role none; set local session_replication_role = replica")
        connection.execute(statement)  # type: ignore[arg-type]
    assert not result().passed
    assert offender in (result().description or "")
