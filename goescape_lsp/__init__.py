"""goescape-lsp shows Go programmers where a value goes to the heap, and why."""

__version__ = "0.1.0"
