"""What is promised of a store under faults, tried out: each module is a harness that also runs at length by itself."""
