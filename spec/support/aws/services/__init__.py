"""The services: for each operation a function (world, caller, parameters) → result."""
