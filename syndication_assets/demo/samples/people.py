"""The invented people, companies and channels of the samples: kilts, bread, pipelines and gardens.

A profile depends on its number alone: profile 7 is the same person in every configuration.
"""

from dataclasses import dataclass
from typing import Any, Literal

from syndication_assets.demo.samples.signed_urls import signed_url

Topic = Literal["kilts", "bakery", "data", "garden"]
Language = Literal["english", "german", "arabic", "japanese"]

LINKEDIN = "https://www.linkedin.example"

FIRST_NAMES = (
    "Tilda", "Orrin", "Maelis", "Fenwick", "Isolde", "Bram", "Sunniva", "Corwin", "Ottilie", "Leopold", "Wren",
    "Hamish", "Odalys", "Percival", "Marigold", "Thaddeus", "Elowen", "Casimir", "Philippa", "Rowan", "Clementine",
    "Ignatius", "Saffron",
)  # fmt: skip
LAST_NAMES = (
    "Quernby", "Thistlewick", "Oatcombe", "Plaidstone", "Loomfeather", "Crumbworth", "Tablespace", "Mossgate", "Heddle",
    "Bannockly", "Joinfield", "Peatshaw", "Sporranby", "Ryeborough", "Cursorby", "Fernwhistle", "Weftwood",
    "Doughty-Vale", "Shardlow-Finch", "Compostine", "Pleatley", "Sourdale", "Lagwell", "Trowelby", "Hemsworthy-Kilt",
    "Knotgrass", "Partwell", "Seedlingham", "Tweedlock",
)  # fmt: skip
# Names in other scripts have a Latin handle, as on the platform.
FOREIGN_NAMES: tuple[tuple[str, str, str, Language], ...] = (
    ("Jörne", "Müßiggärtner", "jorne-mussiggartner", "german"),
    ("Käthe", "Knusperöfele", "kathe-knusperofele", "german"),
    ("نسرين", "خبز الورد", "nasrin-khubz-alward", "arabic"),
    ("麦穂", "空色野", "mugiho-sorairono", "japanese"),
)
COMPANIES: tuple[tuple[str, str, Topic, Language], ...] = (
    ("Thistle & Thimble Kiltmakers", "thistle-and-thimble", "kilts", "english"),
    ("Bäckerei Morgenkrümel", "backerei-morgenkrumel", "bakery", "german"),
    ("Lantern Lake Pipelines", "lantern-lake-pipelines", "data", "english"),
    ("Snail's Pace Garden Club", "snails-pace-garden-club", "garden", "english"),
)
ROLES: dict[Topic, tuple[str, ...]] = {
    "kilts": ("Kilt maker", "Tartan designer", "Pleat counter in chief", "Loom mechanic"),
    "bakery": ("Baker of slow bread", "Sourdough keeper", "Oven whisperer", "Pastry planner"),
    "data": ("Data engineer", "Pipeline plumber", "Analyst of small numbers", "Keeper of the late files"),
    "garden": ("Head gardener", "Moss consultant", "Seed librarian", "Compost architect"),
}
WORKPLACES: dict[Topic, str] = {
    "kilts": "Thistle & Thimble Kiltmakers",
    "bakery": "Bäckerei Morgenkrümel",
    "data": "Lantern Lake Pipelines",
    "garden": "Snail's Pace Garden Club",
}
TOPICS: tuple[Topic, ...] = ("kilts", "bakery", "data", "garden")


@dataclass(frozen=True, slots=True)
class Profile:
    """A person (with `last_name`) or a company page (without); `username` is the handle in files and URLs."""

    username: str
    first_name: str
    last_name: str | None
    headline: str
    kind: Literal["person", "company"]
    topic: Topic
    language: Language = "english"

    def as_author(self, observed_ms: int) -> dict[str, Any]:
        """The `author` object of an item; a company has neither `username` nor `last_name`."""
        if self.kind == "company":
            return {
                "first_name": self.first_name,
                "headline": self.headline,
                "profile_url": f"{LINKEDIN}/company/{self.username}/posts",
                "profile_picture": signed_url(f"image/{self.username}/company-logo_200", observed_ms),
            }
        return {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "headline": self.headline,
            "username": self.username,
            "profile_url": f"{LINKEDIN}/in/{self.username}",
            "profile_picture": signed_url(f"image/{self.username}/profile-displayphoto_400", observed_ms),
        }


def profile(number: int) -> Profile:
    """The profile with this number (from 0): every tenth is a company, every fifth writes in another language."""
    topic = TOPICS[number % 4]
    generation = number // (len(FIRST_NAMES) * len(LAST_NAMES))
    if number % 10 == 9 and number // 10 < len(COMPANIES):
        name, slug, company_topic, language = COMPANIES[number // 10]
        return Profile(slug, name, None, f"{1_000 + 37 * number} followers", "company", company_topic, language)
    role = ROLES[topic][number // 4 % 4]
    headline = f"{role} at {WORKPLACES[topic]}"
    if number % 5 == 1 and number // 5 < len(FOREIGN_NAMES):
        first, last, username, language = FOREIGN_NAMES[number // 5]
        return Profile(username, first, last, headline, "person", topic, language)
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    last = LAST_NAMES[number % len(LAST_NAMES)]
    username = f"{first}-{last}".lower() + (f"-{generation}" if generation else "")
    return Profile(username, first, last, headline, "person", topic)
