"""Every name in one file, with its exact place and the scope that it belongs to."""
