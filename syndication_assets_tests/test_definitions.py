"""What Dagster loads, and how its instance is configured."""

import importlib
import re
from pathlib import Path

import dagster as dg
import yaml

from syndication_assets.database.connection_url import sqlalchemy_url
from syndication_assets.definitions import defs
from syndication_assets.sql_assets.cadence import CADENCE, LOAD
from syndication_assets_tests.definitions_snapshot import SNAPSHOT, snapshot

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = {
    "approval",
    "ai",
    "brand",
    "catalogue",
    "channels",
    "content",
    "curation",
    "documents",
    "engagement",
    "landing",
    "media",
    "operations",
    "publishing",
    "scraping",
    "studio",
    "tenancy",
}


def test_no_definition_is_renamed_added_or_lost_by_accident():
    """Dagster keeps the state of schedules, sensors and partitions by name."""
    assert snapshot() == SNAPSHOT.read_text(), "python -m syndication_assets_tests.definitions_snapshot rewrites it"


def test_every_asset_has_a_room_an_owner_a_kind_and_a_description():
    for spec in defs.resolve_all_asset_specs():
        assert spec.group_name in ROOMS, spec.key
        assert spec.key.path[0] == spec.group_name, spec.key
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert len(spec.description or "") > 80, spec.key


def test_every_check_says_its_rule():
    graph = defs.resolve_asset_graph()
    rules = {key: graph.get_check_spec(key).description or "" for key in graph.asset_check_keys}
    assert len(rules) > 100
    assert {key.to_user_string() for key, rule in rules.items() if len(rule) < 30} == set()


def test_descriptions_are_for_readers_not_for_callers():
    """Parameters, steps and returned counts are what a program needs to know that runs the SQL file."""
    graph = defs.resolve_asset_graph()
    texts = {spec.key.to_user_string(): spec.description or "" for spec in defs.resolve_all_asset_specs()}
    texts |= {key.to_user_string(): graph.get_check_spec(key).description or "" for key in graph.asset_check_keys}
    for_callers = "Parameters?:|Returns the number|Reads the steps"
    assert {name for name, text in texts.items() if re.search(for_callers, text)} == set()


def test_descriptions_read_well_in_lists_which_show_markdown_as_it_is():
    for spec in defs.resolve_all_asset_specs():
        assert "**" not in (spec.description or ""), spec.key


def test_every_table_asset_has_a_check():
    graph = defs.resolve_asset_graph()
    checked = {key.asset_key for key in graph.asset_check_keys}
    tables = {spec.key for spec in defs.resolve_all_asset_specs() if "dagster/table_name" in spec.metadata}
    assert tables - checked == set()


def test_every_fetch_runs_before_a_load_of_the_same_run():
    graph = defs.resolve_asset_graph()
    tags = {key: graph.get(key).tags.get(CADENCE, "") for key in graph.get_all_asset_keys()}
    fetches = [key for key, cadence in tags.items() if cadence.startswith("fetch-")]
    assert len(fetches) == 12
    for key in fetches:
        assert {tags[child] for child in graph.get(key).child_keys} == {LOAD[CADENCE]}, key


def test_the_code_location_keeps_its_name():
    workspace = yaml.safe_load((PROJECT / "workspace.yaml").read_text())
    assert workspace["load_from"][0]["python_module"]["location_name"] == "syndication"


def test_dagsters_storage_url_names_the_driver_that_its_event_log_needs():
    url = sqlalchemy_url("postgresql://postgres@/syndication?host=/somewhere", "dagster")
    assert url == "postgresql+psycopg2://postgres@/dagster?host=/somewhere"


def test_the_instance_has_no_telemetry_and_no_welcome_screen():
    instance = yaml.safe_load((PROJECT / "syndication_assets/automation/dagster.yaml").read_text())
    assert instance["telemetry"] == {"enabled": False}
    assert instance["nux"] == {"enabled": False}
    assert instance["run_retries"]["retry_on_asset_or_op_failure"] is False
    assert "run_queue" not in instance


def test_the_front_door_has_one_definitions_object():
    """Dagster rejects a module with two, and the UI does not come up."""
    module = vars(importlib.import_module("syndication_assets.definitions"))
    assert [name for name, value in module.items() if isinstance(value, dg.Definitions)] == ["defs"]
