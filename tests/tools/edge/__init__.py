"""What each proxy answers with an exported policy, beside what the middleware answers."""
