"""The words of the data that pages show, so that they are found when sentences are collected."""

from syndication_assets.web.languages import gettext_noop

WORDS = (
    # What a post is about, and who wrote it.
    gettext_noop("product"),
    gettext_noop("blog post"),
    gettext_noop("announcement"),
    gettext_noop("template"),
    gettext_noop("llm"),
    gettext_noop("person"),
    # The states of texts and of posts in the queue.
    gettext_noop("generated"),
    gettext_noop("needs review"),
    gettext_noop("approved"),
    gettext_noop("rejected"),
    gettext_noop("superseded"),
    gettext_noop("draft"),
    gettext_noop("ready"),
    gettext_noop("scheduled"),
    gettext_noop("publishing"),
    gettext_noop("published"),
    gettext_noop("failed"),
    gettext_noop("cancelled"),
    gettext_noop("needs reconcile"),
    gettext_noop("pending"),
    gettext_noop("processing"),
    gettext_noop("review"),
    gettext_noop("archived"),
    # How compliant a visual is, and what would make it more so.
    gettext_noop("excellent"),
    gettext_noop("good"),
    gettext_noop("acceptable"),
    gettext_noop("needs improvement"),
    gettext_noop("non-compliant"),
    gettext_noop("darker overlay"),
    gettext_noop("light text"),
    gettext_noop("dark text"),
    # What a file of a brand is.
    gettext_noop("logo"),
    gettext_noop("icon"),
    gettext_noop("image"),
    gettext_noop("pattern"),
    gettext_noop("texture"),
    gettext_noop("graphic"),
    gettext_noop("font"),
    # The steps of a round.
    gettext_noop("open"),
    gettext_noop("waiting"),
    gettext_noop("skipped"),
    # How grave a problem is.
    gettext_noop("hard"),
    gettext_noop("soft"),
    gettext_noop("critical"),
    gettext_noop("error"),
    gettext_noop("warning"),
    # What became of a tag, and who decided.
    gettext_noop("applied"),
    gettext_noop("suggested"),
    gettext_noop("removed"),
    gettext_noop("rule"),
    gettext_noop("ai"),
    gettext_noop("user"),
)
