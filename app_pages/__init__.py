"""One file a page: widgets, one pipeline call, one picture."""
