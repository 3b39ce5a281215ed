"""What happens to the index when things go wrong: kills, races, a full or read-only disk, damaged files.

`make faults` runs the whole, `tests/test_faults.py` a subset of each.
"""
