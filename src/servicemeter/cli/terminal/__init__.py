"""What the verbs share: their options, tables, progress and endings."""
