"""Code that is said twice: what is compared, and how alike it is."""
