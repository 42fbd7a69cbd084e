"""Publishing to Facebook pages through the Graph API."""
