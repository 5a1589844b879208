"""Real help desks on loopback, filled through their own interfaces, against which connectors are held."""
