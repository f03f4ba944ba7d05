"""State machines under a coordinator: how they are registered, moved from outside, and saved."""
