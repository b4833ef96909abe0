"""The measurements: `python -m benchmarks [speed] [scale] [startup]`. See README.md beside this file."""
