"""Places in a picture, in whole pixels from the top left."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A rectangle with its left upper corner at (x, y)."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, as Pillow takes them."""
        return self.x, self.y, self.right, self.bottom

    def within(self, width: int, height: int) -> "PixelBox":
        """The part of the box that is in a picture of this size, at least one pixel."""
        left, top = min(max(self.x, 0), width - 1), min(max(self.y, 0), height - 1)
        return PixelBox(left, top, max(min(self.right, width) - left, 1), max(min(self.bottom, height) - top, 1))

    def moved(self, down: int) -> "PixelBox":
        """The box so many pixels lower."""
        return PixelBox(self.x, self.y + down, self.width, self.height)

    def mirrored(self, width: int) -> "PixelBox":
        """The box in a picture of this width whose left and right are exchanged."""
        return PixelBox(width - self.right, self.y, self.width, self.height)
