"""Text kits for every room: texts from outside, HTML to text, lines, Markdown tables, URLs.

The package knows no room: what a text means, and rules for it, belong to the room that reads it.
"""
