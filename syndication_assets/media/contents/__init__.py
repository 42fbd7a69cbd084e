"""What a file is and what a picture shows, whatever its name and its server say."""
