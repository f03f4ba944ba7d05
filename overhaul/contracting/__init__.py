"""Contracts as they are read: from our own settings, and from those of import-linter and tach."""
