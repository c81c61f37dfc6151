"""Systems as they are measured side by side. Each runs in a process of its own and imports only what it needs."""
