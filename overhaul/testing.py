"""What an author of leaves needs for tests: run one leaf on a few lines of source.

    rows = collect("import_statements", "from a import b")
    findings = check("import_cycle", {"a.py": "import b", "b.py": "import a"})
    text = render("terminal", {"a.py": "..."})
"""
