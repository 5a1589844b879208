"""What customers write: its language, its sentiment, and what must not leave the house. Pure: no database, network or clock."""
