"""Policy: packs of targets and their evaluation. Never imports siting."""
