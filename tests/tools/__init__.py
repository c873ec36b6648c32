"""Tools that take longer than a test may, a package each; CONTRIBUTING.md lists their commands."""
