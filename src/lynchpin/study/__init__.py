"""The study: the tables a user gives, how they are read, checked, changed and written."""
