"""Streets to arrays. Knows nothing of facilities or people."""
