"""What stands on a page, as plain values read from the release in one go."""
