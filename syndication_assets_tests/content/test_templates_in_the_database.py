"""Default templates: each organization gets them once, and user-maintained versions are never overwritten."""

import msgspec

from syndication_assets.content.generation.text_template_rows import default_templates, load_templates, read_templates
from syndication_assets.database.connection import transaction
from syndication_assets_tests.content.shop_in_tables import Shop


def _load(shop: Shop, **changes: str) -> dict[str, int]:
    first, *others = default_templates()
    with transaction(shop.url) as connection:
        return load_templates(connection, [msgspec.structs.replace(first, **changes), *others])


def _newest(shop: Shop) -> tuple[int, str]:
    name = default_templates()[0].template_name
    return shop.execute(
        "select version, body from content.content_template_versions join content.content_templates"
        " using (organization_id, template_id) where template_name = %s order by version desc limit 1",
        [name],
    )[0]


def test_a_second_load_adds_nothing(shop: Shop):
    assert shop.load_templates() == {"templates_added": 0, "versions_added": 0, "user_templates_kept": 0}


def test_a_new_organization_gets_the_templates_with_the_next_load(shop: Shop):
    shop.execute("insert into tenancy.organizations (slug, name) values ('acme', 'Acme')")
    count = len(default_templates())
    assert shop.load_templates() == {
        "templates_added": count, "versions_added": count, "user_templates_kept": 0,
    }  # fmt: skip


def test_a_change_of_the_file_adds_a_version(shop: Shop):
    assert _load(shop, body="New: {product_name}")["versions_added"] == 1
    assert _newest(shop) == (2, "New: {product_name}")


def test_a_user_maintained_version_stays_the_newest_when_the_file_changes(shop: Shop):
    template = shop.value(
        "select template_id from content.content_templates where template_name = %s",
        [default_templates()[0].template_name],
    )
    shop.insert("content.content_template_versions", "version", template_id=template, version=2, body="{product_name}")
    counts = _load(shop, body="New: {product_name}")
    assert (counts["versions_added"], counts["user_templates_kept"]) == (0, 1)
    assert _newest(shop) == (2, "{product_name}")


def test_a_deactivated_template_stays_inactive(shop: Shop):
    shop.execute("update content.content_templates set is_active = false")
    shop.load_templates()
    with transaction(shop.url) as connection:
        assert read_templates(connection) == ([], [])


def test_a_broken_template_is_reported_and_the_others_are_used(shop: Shop):
    template = shop.insert("content.content_templates", "template_id", template_name="mine", template_kind="story")
    shop.insert("content.content_template_versions", "version", template_id=template, version=4, body="{sku}")
    with transaction(shop.url) as connection:
        usable, broken = read_templates(connection)
    assert len(usable) == len(default_templates())
    assert len(broken) == 1
    assert "'mine', version 4" in str(broken[0])
    assert "{sku}" in str(broken[0])
