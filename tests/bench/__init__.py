"""Measures the program and the emulator on this machine: `make bench`. No test: a time is no verdict."""
