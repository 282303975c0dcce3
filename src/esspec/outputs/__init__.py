"""From a model to texts, and from texts to a folder of files, replaced as a set."""
