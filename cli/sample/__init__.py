"""An invented portal: the demo crawls it as if it were the real one. No body, outlet or sum in it exists."""
