"""Plans when a post is sent: schedules, their rules and slots, and the targets in the queue. Nothing here sends."""
