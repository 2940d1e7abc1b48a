"""One short file a spider: what it reads and how it asks; the shape of access does the work."""
