"""What several codemods do alike: find every place that means a symbol, and change imports."""
