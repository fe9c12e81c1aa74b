"""A room of the class: to open and to join, what it writes, how its networks read, and its teacher's page."""
