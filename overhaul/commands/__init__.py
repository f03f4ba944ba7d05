"""What the commands do; `overhaul.cli` says how they are called."""
