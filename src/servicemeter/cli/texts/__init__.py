"""The verbs of `servicemeter text`: one verb a file, found by its name."""
