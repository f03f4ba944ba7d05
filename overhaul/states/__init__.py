"""State machines: what their constants mean, where their variable is declared, how it moves, and how that is drawn."""
