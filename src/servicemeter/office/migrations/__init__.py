"""The steps from every earlier version of the application database to this one."""
