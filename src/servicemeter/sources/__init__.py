"""Where rows come from: files, mappings, the demo shop."""
