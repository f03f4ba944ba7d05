"""Make one of several definitions that say the same, and one of two packages that do the same."""
