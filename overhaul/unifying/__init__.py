"""Uses of one class become uses of another: templates, the flow of values, and what is drafted from the audit."""
