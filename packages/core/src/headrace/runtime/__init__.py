"""From a request to a manifest: plugin, graph, storage, and what a run reports."""
