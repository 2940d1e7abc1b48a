"""The local page on which a person compares what was read with the page it was read from."""
