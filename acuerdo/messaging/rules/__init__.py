"""Pure rules of messages: fields and templates, text of a letter, SMS segments, tone, and the states of a message."""
