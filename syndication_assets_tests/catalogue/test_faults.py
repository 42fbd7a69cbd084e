"""A load that is killed commits all of a day or nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from syndication_assets_tests.catalogue.shop import MONDAY, TUESDAY, CatalogueRoom, facts, product

pytestmark = pytest.mark.one_server

LOAD = """
import sys
from datetime import date
from syndication_assets.catalogue.loading.catalogue_load import load_day
from syndication_assets.landing.zone.landing_zone import LandingZone
url, zone, day = sys.argv[1:]
load_day(url, LandingZone(zone), date.fromisoformat(day), maximum_file_bytes=10**8)
"""


@pytest.mark.parametrize("point", ["catalogue.merged", "catalogue.before_commit", "catalogue.after_commit"])
def test_a_killed_load_commits_all_or_nothing(room: CatalogueRoom, point: str):
    room.land(MONDAY, product("K1", 10), product("K2"))
    room.land(TUESDAY, product("K1", 12), product(""), product("K3"), product("K2"))
    room.load(MONDAY)
    before = facts(room.url)
    environment = os.environ | {"SYNDICATION_FAULT_POINT": point}
    command = [sys.executable, "-c", LOAD, room.url, room.zone.url, str(TUESDAY)]
    killed = subprocess.run(command, env=environment, cwd=Path.cwd(), capture_output=True, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    after = facts(room.url)
    assert (after == before) == (point != "catalogue.after_commit")
    room.load(TUESDAY)
    assert room.active() == "K1 K2 K3"
    if point == "catalogue.after_commit":
        assert facts(room.url) == after
