"""Visual templates and their versions."""
