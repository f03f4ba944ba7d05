"""Who tests what: the kinds of tests, and the components that each of them covers."""
