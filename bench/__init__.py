"""Speed and memory, measured; never asserted in a unit test."""
