"""The systems, one module for each package. A module is imported only in the process that measures it."""
