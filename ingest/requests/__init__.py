"""Information requests: whom we asked, when an answer is due, and how its documents become records."""
