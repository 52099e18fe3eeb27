"""Jobs: the work that goes on in the background, by the school's calendar, each once, and what became of it."""
