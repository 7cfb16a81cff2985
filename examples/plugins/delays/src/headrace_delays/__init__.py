"""Arrival delays by origin and wind, from a log of flights and a table of weather."""
