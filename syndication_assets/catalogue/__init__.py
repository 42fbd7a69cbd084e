"""The catalogue room: vendors, snapshots of their catalogues, products, prices and categories.

It fetches catalogues into the landing zone, decides which snapshots to accept, and derives products and their history
from the accepted ones. Reading a new kind of shop is a sub-package. Choosing products and writing about them belongs to
the content room.
"""
