"""What the syntax tree says of a Go source; no tree leaves this room."""
