"""How well a visual follows the rules of brand and channel: measured values, never opinions."""
