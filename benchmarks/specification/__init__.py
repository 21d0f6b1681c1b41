"""Engine and general solvers side by side on location problems: `python -m benchmarks.specification`."""
