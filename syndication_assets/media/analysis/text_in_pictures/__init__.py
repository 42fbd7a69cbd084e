"""The analyzers `rapidocr` and `tesseract`: the text in a picture, read on this machine."""
