"""The application database: connections, runs, deliveries. One noun a file, found by name; rows go out as plain records."""
