"""The publisher that sends nothing."""
