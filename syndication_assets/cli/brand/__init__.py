"""`syndication brand`: brands, their versions, files and visual templates."""
