"""`syndication`: the entry point, and which module has which command."""

import shutil

import click

from syndication_assets.cli.modules_of_commands import ModulesOfCommands

_MODULES = {
    "approval.commands": ("approval",),
    "configuration": ("plan", "apply", "export"),
    "curation.actions": ("action",),
    "curation.posts": ("posts",),
    "database": ("migrate", "rollback", "url", "psql"),
    "demo": ("demo",),
    "development_server": ("dev", "stop"),
    "landing": ("land", "withdraw"),
    "materialize": ("materialize",),
    "media": ("media",),
    "operating.alert": ("alert",),
    "operating.announce": ("announce",),
    "operating.archive": ("archive",),
    "operating.backup": ("backup", "restore"),
    "operating.health": ("health",),
    "operating.history": ("history",),
    "operating.retention": ("retention",),
    "operating.runs": ("runs",),
    "operating.stored_settings": ("settings",),
    "operating.usage": ("usage",),
    "people.invitation": ("invitation",),
    "people.key": ("key",),
    "people.member": ("member",),
    "people.organization": ("organization",),
    "people.person": ("person",),
    "people.removed": ("removed",),
    "people.role": ("role",),
    "people.sign_in_provider": ("sign-in-provider",),
    "people.user": ("user",),
    "quarantine": ("quarantine",),
    "social.channels": ("channels",),
    "social.publishing": ("publish", "targets"),
    "social.review": ("review",),
    "status": ("metrics", "status"),
    "studio.brief": ("brief",),
    "studio.stock": ("stock",),
    "web": ("web",),
}
_ENTRY_GROUPS = (
    *("account", "analyzer", "approval-rule", "brand", "budget", "channel-rule", "compliance-rule"),
    *(
        "credentials",
        "event",
        "feed",
        "limit",
        "media-host",
        "price",
        "process",
        "profile",
        "profile-tag",
        "provider-budget",
        "quota",
    ),
    *("ranking", "schedule", "sections", "snapshot-interval", "stock-source", "tag", "tag-rule", "tagging"),
    *("template", "tier", "unit-price", "vendor", "webhook", "writing"),
)
"""Groups of commands for single entries, which `entry_groups` makes or completes."""


def _commands() -> ModulesOfCommands:
    modules = {name: f"{__package__}.{module}" for module, names in _MODULES.items() for name in names}
    return ModulesOfCommands(modules | dict.fromkeys(_ENTRY_GROUPS, f"{__package__}.entry_groups"))


@click.group(commands=_commands(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="syndication-assets")
@click.option(
    "--as", "actor", metavar="USER", help="Who acts: an address or a service account; default: SYNDICATION_ACTOR."
)
def main(actor: str | None) -> None:
    """Social media as data you can trust: Dagster assets in PostgreSQL."""
    del actor  # read by `cli.acting` when a command needs it


if __name__ == "__main__":
    main(prog_name=shutil.which("syndication") or "syndication")
