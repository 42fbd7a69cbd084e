"""Texts for posts: selecting what to post about, generating texts, checking them, and deciding on them.

A text starts from a product or a section of a document and ends approved or rejected. Posting it on a platform belongs
to `publishing`, its results to `engagement`, and talking to language models to `ai`.
"""
