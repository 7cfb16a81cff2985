"""The entrypoint ``headrace``: one module a command, heavy imports only inside a command."""
