"""What every group of commands for entries is made of: its commands and their options, from the section's model."""
