"""A page against itself: findings about what it says, and the texts of all codes."""
