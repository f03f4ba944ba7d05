"""Does the proof hold? Right plans, broken in many ways."""
