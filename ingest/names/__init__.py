"""Names: one outlet, one organisation and one body of the state under all their spellings."""
