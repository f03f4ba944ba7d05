"""Code that claims to do something and does not: what is evidence for it, and what is a legitimate stub."""
