"""The clients every room sends requests with: their transports, redirects and the guard of public addresses."""
