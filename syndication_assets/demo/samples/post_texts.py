"""Texts of sample posts: an opening, two or three middles, an ending and hashtags, in the author's language."""

from random import Random

from syndication_assets.demo.samples.people import Profile
from syndication_assets.demo.samples.sample_phrases import LANGUAGE_PHRASES, TOPIC_PHRASES, Phrases


def draw_text(rng: Random, author: Profile) -> str:
    """A text of about 300 to 600 characters with two to four hashtags.

    A third of the posts by authors of other languages are in English.
    """
    phrases = phrases_of(rng, author)
    middles = rng.sample(phrases.middles, rng.randint(2, 3))
    hashtags = " ".join(f"#{hashtag}" for hashtag in rng.sample(phrases.hashtags, rng.randint(2, 4)))
    return "\n\n".join((rng.choice(phrases.openings), *middles, rng.choice(phrases.endings), hashtags))


def draw_title(rng: Random, author: Profile) -> str:
    """A line without hashtags, for articles, documents and videos."""
    return rng.choice(phrases_of(rng, author).openings).rstrip(".。")


def edited(text: str) -> str:
    """The text after its author has edited it."""
    return f"{text}\n\nEdit: thank you all for the kind words, the answers are below. #ThankYou"


def phrases_of(rng: Random, author: Profile) -> Phrases:
    if author.language != "english" and rng.random() < 2 / 3:
        return LANGUAGE_PHRASES[author.language]
    return TOPIC_PHRASES[author.topic]
