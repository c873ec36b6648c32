"""What each proxy answers with an exported policy, compared with what the middleware answers."""
