"""Commands of the content loop: accounts, channels, schedules, review and publishing."""
