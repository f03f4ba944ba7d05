"""The proof of a plan, from cheap to dear: a plan that fails one check is not written."""
