"""What goes wrong between the web page and a provider."""

from syndication_assets.errors import SyndicationError


class ProviderError(SyndicationError):
    """The provider cannot be asked, or what it says is not accepted. The message is for the log and for commands:
    whoever signs in is told no more than that it did not work.
    """
