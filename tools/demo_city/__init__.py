"""Generator of the invented demonstration city that stands in `data/`."""
