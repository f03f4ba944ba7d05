"""The same thing under several names and in several places: parallels, families, candidates and their risk."""
