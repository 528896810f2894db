"""The only room that speaks the Language Server Protocol."""
