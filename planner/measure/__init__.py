"""People meet facilities: distances and coverage."""
