"""Run it: the command `mediacontracts`. Imports every room and is imported by none."""
