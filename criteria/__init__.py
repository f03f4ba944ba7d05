"""Gate: each file tells one thing that a phase of a campaign must have reached."""
