"""The reader: their language, and how they write numbers, sums and dates."""
