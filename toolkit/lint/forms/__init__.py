"""How findings are told: to people, to programs, and to those who show them beside the code."""
