"""Files to layers. No network, no policy."""
