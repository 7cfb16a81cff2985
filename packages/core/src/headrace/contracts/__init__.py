"""What crosses a process boundary: params, requests, manifests, references, catalogs. Light."""
