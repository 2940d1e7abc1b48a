"""What the pages stand on: the release, the filters of a view, exact sums, the search for names."""
