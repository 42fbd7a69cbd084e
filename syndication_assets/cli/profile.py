"""`syndication profile`: tracked profiles from a CSV file; export, erasure and anonymisation of a scraped person."""

import json
from collections import defaultdict
from pathlib import Path

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.entries.entry_commands import show_entries
from syndication_assets.cli.listing import json_option
from syndication_assets.cli.people.acting import in_organization, person_who_acts, requires
from syndication_assets.configuration.entries import list_entries
from syndication_assets.configuration.profile_import import import_csv
from syndication_assets.configuration.sections.profile_tags import PROFILE_TAGS
from syndication_assets.configuration.sections.profiles import PROFILES
from syndication_assets.database.connection import transaction
from syndication_assets.landing.zone.changing_zone import ChangingZone
from syndication_assets.media.media_store import MediaStore
from syndication_assets.operations.archive.archive_store import ArchiveStore
from syndication_assets.operations.backup.progress import now_and_then
from syndication_assets.person_erasure.erasing import Action, ErasurePlan, Places, erase, plan_erasure
from syndication_assets.person_erasure.person_export import export_person
from syndication_assets.settings import Settings

_SHOWN_FILES = 20


@click.command("list")
@click.option(
    "--tag", "tags", multiple=True, metavar="NAME", help="Only profiles with this tag; several: with all of them."
)
@json_option
@command
def list_profiles(tags: tuple[str, ...], as_json: bool) -> None:
    """Lists the rows of `profiles`, with the organization of each."""
    url = migrated_database_url(Settings.from_environment())
    listed = list_entries(url, PROFILES)
    if tags:
        tags_of: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        for organization, tagged in list_entries(url, PROFILE_TAGS):
            platform, username, tag = PROFILE_TAGS.key_of(tagged)
            tags_of[organization, platform, username].add(tag)
        wanted = {tag.strip().lower() for tag in tags}
        listed = [each for each in listed if wanted <= tags_of[each.organization, *PROFILES.key_of(each.entry)]]
    show_entries(PROFILES, listed, as_json=as_json)


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@organization_option
@command
@requires(PROFILES.permission, in_organization())
def import_profiles(file: Path, organization: str) -> None:
    """Tracks the profiles of a CSV FILE, in one transaction: all of them, or none if a line is wrong.

    The first line names the columns: platform,username and, if you like, is_active and notes. Profiles that the file
    does not have are kept.
    """
    url = migrated_database_url(Settings.from_environment())
    done = import_csv(url, organization, file, person_who_acts())
    click.echo(f"{done.added:,} profiles added, {done.changed:,} changed, {done.unchanged:,} as they were.")


@click.command("export-person")
@click.argument("platform")
@click.argument("name")
@organization_option
@command
@requires("profiles.export", in_organization())
def export_one(platform: str, name: str, organization: str) -> None:
    """Prints everything that is stored about the owner of a profile as JSON.

    NAME is that of the profile or its id. Landed files and archived months are listed by their paths.
    """
    click.echo(json.dumps(export_person(_places(), organization, platform, name), indent=2))


def _erasing_command(action: Action, meaning: str) -> click.Command:
    @click.command(f"{action}-person", help=meaning)
    @click.argument("platform")
    @click.argument("name")
    @organization_option
    @click.option("--dry-run", is_flag=True, help="Only show what would change.")
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @command
    @requires("profiles.erase", in_organization())
    def change(platform: str, name: str, organization: str, dry_run: bool, yes: bool) -> None:
        places = _places()
        plan = plan_erasure(places, organization, platform, name, action)
        _show(plan)
        if dry_run:
            click.echo("Nothing was changed.")
            return
        if not yes:
            click.confirm(f"{action.capitalize()} {plan.found.title}? This cannot be undone", abort=True)
        report = now_and_then(lambda line: click.echo(f"  {line}", err=True))
        erasure_id = erase(places, organization, platform, name, report, action)
        with transaction(places.url) as connection:
            counts = connection.execute(
                "select row_counts from tenancy.person_erasures where erasure_id = %s", [erasure_id]
            ).fetchall()[0][0]
        for table, count in counts.items():
            click.echo(f"{count:>12,} rows of {table}")
        click.echo(f"Done: {erasure_id}. Backups that are older have the person until they are removed.")

    return change


erase_one = _erasing_command(
    "erase",
    "Erases the owner of a profile for ever: profile, posts, numbers, landed files, archived months.\n\n"
    "NAME is that of the profile or its id. A killed erasure is completed by the same command.",
)
anonymise_one = _erasing_command(
    "anonymise",
    "Takes the name off everything of the owner of a profile, and keeps the numbers under invented ids.\n\n"
    "NAME is that of the profile or its id. Names, texts, addresses and pictures go.",
)


def _show(plan: ErasurePlan) -> None:
    for table, count in plan.rows.items():
        click.echo(f"{count:>12,} rows of {table}")
    changed = [file for file in plan.files if file.effect != "leaves"]
    for file in changed[:_SHOWN_FILES]:
        click.echo(f"{file.effect} {file.path}")
    if len(changed) > _SHOWN_FILES:
        click.echo(f"and {len(changed) - _SHOWN_FILES:,} more files")
    for path in plan.archives:
        click.echo(f"archives {path} again")
    for file in plan.files:
        if file.effect == "leaves":
            click.echo(f"leaves {file.path}, which mentions the name: withdraw it if it has to go")


def _places() -> Places:
    settings = Settings.from_environment()
    return Places(
        migrated_database_url(settings),
        ChangingZone(settings.landing_url),
        ArchiveStore(settings.archive_url),
        settings.maximum_file_bytes,
        MediaStore.of(settings),
    )
