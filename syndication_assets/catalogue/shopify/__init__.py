"""The source `shopify_products`: fetch and parser of public `products.json` lists. Loading belongs to the room."""
