"""Commands about organizations and the people in them: who may act, and as whom."""
