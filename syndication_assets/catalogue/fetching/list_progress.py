"""What the pages of a list have shown so far, while the list may change under the fetch. Pure."""

from collections.abc import Iterable

MOST_LOOKS = 3
"""How often the pages of a list that keeps changing are requested again."""
KEPT_CHANGING = "the list of products kept changing while it was fetched: fetch again later"


class ListProgress:
    """The skus of a list that is fetched page by page."""

    def __init__(self) -> None:
        self.skus: set[str] = set()
        self.pages = 0
        self._pages: set[frozenset[str]] = set()
        self._had_nothing_new = False

    def add_page(self, skus: Iterable[str]) -> bool:
        """Adds the next page; False if the shop repeats itself instead of paging.

        That is the same page once more, or two pages in a row without anything new. One such page may have products
        that moved there from the page before.
        """
        page = frozenset(skus)
        self.pages += 1
        if not page:
            return True  # all of its entries were rejected
        has_nothing_new = page <= self.skus
        if page in self._pages or (has_nothing_new and self._had_nothing_new):
            return False
        self._pages.add(page)
        self._had_nothing_new = has_nothing_new
        self.skus |= page
        return True

    def add_moved(self, skus: Iterable[str]) -> bool:
        """Adds a page that was requested again; whether it has products that no page had."""
        new = set(skus) - self.skus
        self.skus |= new
        return bool(new)
