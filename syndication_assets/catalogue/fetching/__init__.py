"""Fetches a catalogue into the landing zone as one snapshot with a manifest, and reports what was fetched."""
