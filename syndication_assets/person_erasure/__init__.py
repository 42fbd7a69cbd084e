"""Exports and erases a person whose profile and posts were scraped: rows, landed files and archives.

What makes one item or file be without the person is in `scraping.erasure`; users of the project are erased in
`tenancy.people`.
"""
