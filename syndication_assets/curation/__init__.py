"""What people and rules make of scraped posts: tags, search, what each person has read and marked, actions on posts.

It reads what `scraping` loaded and changes nothing of it. Texts that are published on our own accounts belong to
`content` and `publishing`.
"""
