"""The supervisor's room: who is there and how the day goes, agents' hours and skills, and notes between supervisor and agent."""
