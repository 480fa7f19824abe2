"""What people see: the functions of the REPL, results that print themselves, and what the command line calls."""
