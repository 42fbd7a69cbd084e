"""Pictures: photos, shapes, gradients and logos, drawn with Pillow."""
