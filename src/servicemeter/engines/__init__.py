"""What a database must do for us, one engine a file."""
