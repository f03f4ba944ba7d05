"""Tell: each file renders a survey in one format."""
