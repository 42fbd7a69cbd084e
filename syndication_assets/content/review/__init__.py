"""Decisions on texts: approval by rule, and what people approve, reject or edit."""
