"""The study: the tables a user gives, their dictionary, and how they are read, checked, changed and written."""
