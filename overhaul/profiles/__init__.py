"""What profilers and benchmarks have written: read, put to components, held against thresholds and earlier runs."""
