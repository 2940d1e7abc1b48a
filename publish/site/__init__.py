"""The public site: a Datasette plugin that gives a release the pages people need. `plugin.py` is where it starts."""
