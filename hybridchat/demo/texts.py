"""The canned answers. They are openly canned: none claims to know the question beyond a word in it."""

from __future__ import annotations

from hybridchat.demo.essay import ESSAY as ESSAY

CAPITAL = "The capital of France is **Paris**, on the Seine."

WHO = """\
I am a **canned demo**: prepared texts behind a real network protocol, with no model anywhere.

| Looks like | Is |
|---|---|
| a model that thinks | a lookup by keyword, else by a hash of your message |
| tokens | pieces of at most five letters, sent on a clock |
| a cloud | a small server on `127.0.0.1` |

What you see *around* this text is real: the gauges, the route and its reason, what would be hidden, and the bytes that went out.
"""

HELP = """\
Some prompts worth typing, all answered from prepared text:

- `What is the capital of France?` for a short answer
- `Write a very long essay` for a long stream; stop it whenever you like
- `repeat: mail me at a@b.example` to see what a redacted message looks like on the other side
- anything about **regex**, **SQL**, **Python**, **JSON**, **git** or a **haiku**

Then try the same question on the other side, or pull the plug with the *offline* condition and watch where the next message goes.
"""

HELLO = """\
Hello! This is the demo: the text is prepared, the way it travels is not.

Ask for *a very long essay*, for something about **regex** or **SQL**, or type `help` for more ideas.
"""

REGEX = r"""
## Why a pattern can take for ever

A backtracking engine tries every way to split the text among nested repeats. With `(a+)+$` and a string that *almost*
matches, the number of splits doubles with each letter:

| Input | Ways to split | Felt as |
|---|---|---|
| `a` × 10, then `b` | 512 | nothing |
| `a` × 20, then `b` | 524,288 | a blink |
| `a` × 30, then `b` | 536,870,912 | a hung program |

Give each letter only one place to go:

```python
import re

slow = re.compile(r"^(a+)+$")
fast = re.compile(r"^a+$")            # the same language, one way to read it
atomic = re.compile(r"^(?>a+)$")      # Python 3.11: no going back into the group

assert fast.match("a" * 30)
```

Three habits that keep patterns quick:

1. **Anchor** what you can; a search that may start anywhere starts everywhere.
2. Prefer a **negated class** (`[^"]*`) to a lazy dot (`.*?`).
3. Never repeat something that already repeats, unless a fixed character separates the rounds.
""".lstrip()

SQL = """\
## The latest row of each group

The classic trap is to select columns that belong to another row than the maximum. A window function says what is meant:

```sql
WITH ranked AS (
    SELECT
        customer_id,
        placed_at,
        total,
        row_number() OVER (
            PARTITION BY customer_id
            ORDER BY placed_at DESC
        ) AS n
    FROM orders
)
SELECT customer_id, placed_at, total
FROM ranked
WHERE n = 1;
```

| Approach | Ties | Speed with an index on `(customer_id, placed_at)` |
|---|---|---|
| `row_number()` | picks one | one pass |
| `rank()` | keeps all | one pass |
| join on `max(placed_at)` | keeps all | two passes |

> If the plan shows a sort over the whole table, the index is in the wrong order.
"""

PYTHON = """\
## Group things without a loop in a loop

```python
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def grouped(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    \"\"\"Items by key, in the order they came.\"\"\"
    groups: defaultdict[K, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)


words = "one two three four five six".split()
print(grouped(words, len))  # {3: ['one', 'two', 'six'], 5: ['three'], 4: ['four', 'five']}
```

- **One pass**, so it works on a generator that can be read only once.
- `itertools.groupby` looks like the same thing and is not: it groups *neighbours*, so it needs sorted input.
- Returning a plain `dict` keeps a later typo from silently creating an empty group.
"""

HAIKU = """\
> Cursor in the dark,
> the answer arrives in words
> nobody thought of.

*Five, seven, five, and prepared long before you asked.*
"""

JSON = """\
A small document, and the two mistakes most often made in one:

```json
{
  "name": "harbour-light",
  "character": {"flashes": 2, "period_s": 10},
  "height_m": 31.5,
  "automated": true,
  "keepers": null
}
```

1. **No trailing comma.** `[1, 2, 3,]` is fine in most languages and an error here.
2. **Numbers have no size.** Many readers keep only 53 bits, so an identifier such as `9007199254740993` belongs in quotes.

To look at one from the shell: `python -m json.tool < light.json`
"""

GIT = """\
## Undo, from gentle to rough

| You want to | Command | Loses work? |
|---|---|---|
| change the last message | `git commit --amend` | no |
| take a file out of the index | `git restore --staged FILE` | no |
| undo a commit others have seen | `git revert HASH` | no |
| move a branch back, keep the files | `git reset --soft HASH` | no |
| throw local changes away | `git restore FILE` | **yes** |

Nearly everything that was ever committed can be found again:

```bash
git reflog --date=relative | head
git branch rescued 'HEAD@{3}'
```
"""

NOTES = """\
## Three ways to look at a slow program

This is prepared text, so it cannot look at *your* program. The order of the steps still holds.

1. **Measure first.** Guesses about speed are wrong more often than they are right.
2. **Look at the shape**, not at the lines: what grows when the input doubles?
3. **Change one thing**, measure again, and keep the number.

```python
from time import perf_counter

start = perf_counter()
total = sum(n * n for n in range(1_000_000))
print(f"{total} in {perf_counter() - start:.3f} s")
```

| Symptom | First suspect |
|---|---|
| one core at 100 % | a loop inside a loop |
| all cores idle | waiting for a disk or a network |
| fast, then suddenly slow | memory ran out |
"""

LIST = """\
## A checklist for small releases

A canned answer, but a useful one:

- [x] the tests pass from a fresh clone
- [x] the change is in the changelog, in words for users
- [ ] somebody else has tried it
  - on another operating system
  - with an empty configuration
- [ ] the way back is known

> Ship on a morning, not before a weekend.

If something has to be left out, leave out a *feature*. A release that can be undone in a minute needs less courage:

```bash
git tag -a v1.4.0 -m "Faster start, clearer errors"
git push origin v1.4.0
```
"""

TABLE = """\
## Choosing a data structure

There is no model behind this text, so it answers a question that comes up often rather than yours.

| Need | Take | Why |
|---|---|---|
| order of arrival | list | cheap at the end, dear at the front |
| both ends | deque | O(1) on either side |
| "have I seen it?" | set | one hash instead of a search |
| name to thing | dict | and it keeps the order |
| always the smallest | heap | O(log n) to add and to take |

```rust
use std::collections::BinaryHeap;

fn main() {
    let mut waiting = BinaryHeap::from([3, 1, 4, 1, 5]);
    while let Some(next) = waiting.pop() {
        print!("{next} ");
    }
}
```

**Rule of thumb:** choose by the operation you do most often, then check the one you cannot afford to be slow.
"""

LETTER = """\
### A short note, in two tones

This comes from a drawer of prepared answers.

**Plain**

> The meeting moves to Thursday at ten. Everything else stays as it was. Tell me by tomorrow if that does not suit you.

**Warm**

> I have had to move our meeting, sorry for the shuffle. Would Thursday at ten work for you? If not, send me two times that \
do and I will take one of them.

What differs is not length but *who does the work*: the first asks the reader to object, the second offers to adapt.

1. Say what changed in the first sentence.
2. Say what did **not** change in the second.
3. Make answering easy.
"""

TOPICS: tuple[tuple[str, str], ...] = (
    (r"who (?:are|r) (?:you|u)|what are you|are you (?:a )?(?:real|human|model|bot)", WHO),
    (r"regexp?|regexe?s|regular expressions?|backtrack\w*", REGEX),
    (r"sql|sqlite|postgres\w*|database quer(?:y|ies)", SQL),
    (r"haiku|poem", HAIKU),
    (r"json", JSON),
    (r"git", GIT),
    (r"python|pytest|django|pandas", PYTHON),
    (r"e-?mail to|letter to|polite(?:ly)? (?:note|reply)", LETTER),
    (r"help|what can (?:i|you) (?:ask|do)", HELP),
    (r"hello|hi|hey|good (?:morning|evening)", HELLO),
)
"""Words (as a pattern) and the answer to a message that holds one; the first hit wins."""

GENERAL: tuple[str, ...] = (NOTES, LIST, TABLE, LETTER)
"""Answers to everything else, picked by hash."""
