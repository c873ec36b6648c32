"""Mixed traffic while the policy is replaced and workers are killed; every single answer is checked.

`cd tests && python -m tools.soak --seconds 1800` runs the full soak.
"""
