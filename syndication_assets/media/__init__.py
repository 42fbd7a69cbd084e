"""Media: the pictures, videos and documents of posts, stored once by their content before their URLs expire.

Which media a post has, and their URLs, is read from `scraping`. What belongs here is fetching them, what their content
is, and where it is stored.
"""
