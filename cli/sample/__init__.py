"""An invented portal and invented answers: the demo takes them as if they were real. Nothing in them exists."""
