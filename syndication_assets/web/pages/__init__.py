"""The pages, one module for each, with their routes."""
