"""The planner's workflow: project, pipeline, gap list."""
