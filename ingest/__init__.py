"""Read it: readers, value parsers, names, loading, checks. Knows no crawler and no web server."""
