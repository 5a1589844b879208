"""Pure arithmetic on answers: intervals, verdicts."""
