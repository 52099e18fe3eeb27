"""Follow-up: nobody who is missing is forgotten, from the first call to the return to school."""
