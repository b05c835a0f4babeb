"""The canned answers."""

CAPITAL = "The capital of France is **Paris**, on the Seine."
ESSAY = "word " * 2500
TOPICS: tuple[tuple[str, str], ...] = ()
GENERAL = ("a", "b")
