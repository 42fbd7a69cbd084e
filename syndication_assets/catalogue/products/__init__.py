"""What a product, a category and an observation of them are, whatever the shop."""
