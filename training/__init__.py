"""How what the program ships was learnt. Needs numpy; nothing of it runs in the program."""
