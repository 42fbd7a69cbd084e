"""The YAML file itself: its tree with lines and columns, its validation, and the problems found in it."""
