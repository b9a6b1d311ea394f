"""Tests of `evals.tau_retail`."""
