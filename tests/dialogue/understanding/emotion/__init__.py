"""Tests of moods."""
