"""Settings of the pipeline, for managers."""
