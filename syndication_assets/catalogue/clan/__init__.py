"""The source `clan_catalogue`: the client of the shop's API, its fetch and its parser. Loading belongs to the room."""
