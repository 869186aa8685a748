"""What a strategy may say and what each choice means: pure, the same for screens, commands, and every engine."""
