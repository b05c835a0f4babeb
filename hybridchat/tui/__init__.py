"""The full screen."""

import os

# Textual shows what changed on the beat of a clock, 60 a second, of which it can miss one: a key up to 33 ms late, while an
# answer's own repaints keep the clock awake. Nothing is drawn more often for it, as only changes are. A user's own value stays.
os.environ.setdefault("TEXTUAL_FPS", "240")
