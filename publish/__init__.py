"""Show it: builds a release from the registry and serves it. Stands on db alone."""
