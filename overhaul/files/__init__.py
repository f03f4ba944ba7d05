"""Which files belong to an audit, and on which paths Python would find them."""
