"""Files that another program copied into the landing zone may hold secrets, which a load does not store."""

import json

from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, Desk, activity_id, post


def test_a_file_that_was_copied_into_the_zone_is_loaded_without_its_secrets(desk: Desk):
    item = post(activity_id(1), client_secret="EAAB-secret")
    broken = post(activity_id(2), access_token="EAAB-secret") | {"full_urn": 5}
    envelope = {"data": {"posts": [item, broken]}, "paging": {"next": "https://g.example/?access_token=EAAB-secret"}}
    desk.put(MONDAY, "dataset_anna.json", json.dumps(envelope).encode())
    link = "https://g.example/?access_token=EAAB-secret"
    graph_post = {"id": "1_2", "message": "x", "comments": {"data": [], "paging": {"next": link}}}
    desk.put(MONDAY, "posts_1.json", json.dumps({"data": [graph_post]}).encode(), source="facebook_graph")
    desk.put(MONDAY, "dataset_bert.json", json.dumps({"data": None, "access_token": "EAAB-secret"}).encode())
    desk.load(MONDAY)
    kept = desk.rows("select payload::text from scraping.raw_payloads") + desk.rows(
        "select convert_from(payload, 'UTF8') from landing.quarantine"
    )
    assert len(kept) == 4
    assert all("EAAB-secret" not in text and "[secret]" in text for (text,) in kept)
