"""A ward's signed figures of a day: what they hold, how they go to the city, and how it keeps them."""
