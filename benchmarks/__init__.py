"""Every claim on speed as a command: ``python -m benchmarks NAME --json FILE``."""
