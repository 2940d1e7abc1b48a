"""Addresses, answers and their headers."""
