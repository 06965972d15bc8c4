"""Tables and maps for other people's programs."""
