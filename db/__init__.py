"""Keep it: the registry's models, migrations and engine, the archive of bytes, and the words all rooms share."""
