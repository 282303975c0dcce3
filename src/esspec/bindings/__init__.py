"""The binding and the data files: what a page cannot know."""
