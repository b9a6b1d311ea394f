"""The judge: conversations with a known end, benchmarks, speed."""
