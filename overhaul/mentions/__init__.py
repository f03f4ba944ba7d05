"""Where text that is no Python code speaks of what is moved: strings, comments, docs, configuration, scripts."""
