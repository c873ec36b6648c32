"""A flood of made-up origins against a `Remembered`: nothing that is allowed is lost, and memory stays flat."""
