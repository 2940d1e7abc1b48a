"""`python -m cli` is `mediacontracts`."""

from cli.main import main

main()
