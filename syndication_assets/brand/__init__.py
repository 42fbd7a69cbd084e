"""Brand: what an organization's pictures and texts look and sound like, in versions, and the visual templates.

What belongs here is what people decide about a brand: its profile, its files and its templates. Drawing belongs to the
kit `rendering`; requests, variants and their compliance belong to the studio.
"""
