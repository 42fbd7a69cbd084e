"""The analyzer `colours`: the dominant colours of a picture, without a model."""
