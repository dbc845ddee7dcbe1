"""Measurements, side by side in one run; `make bench`. Nothing here is deployed or part of the tests."""
