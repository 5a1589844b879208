"""The other engines give the answers that DuckDB gives."""
