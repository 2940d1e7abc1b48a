"""Is a record money for media, what is bought with it, and what is it about: rules a reader can check."""
