"""What the rows, metrics, questions and answers are, as declarations."""
