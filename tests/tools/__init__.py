"""Tools that take longer than a test may, one package each; CONTRIBUTING.md lists their commands."""
