"""What the server does with each message, one module per feature; handlers look up and hand on, they never wait."""
