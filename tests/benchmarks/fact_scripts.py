"""Made-up conversations of forty turns with twenty planted facts each: names, numbers, code and conditions, five of each.

There are two sets of words. The rules of `hybridchat.extract` were tuned with set A; set B says the same kinds of things in other
words, about other matters, among other asides, was written before the rules were first run, and was looked at only as totals.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

TURNS, FACTS = 40, 20
Says = dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]]
"""Kind -> (who says it, u: the user, a: the model; the sentence; the words that must stay)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """It is kept where all its `words` stand in one line."""

    kind: str
    words: tuple[str, ...]

    def kept(self, lines: list[str]) -> bool:
        wanted = [word.casefold() for word in self.words]
        return any(all(word in line for word in wanted) for line in lines)


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    turns: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]

    def kept(self, text: str) -> list[Fact]:
        lines = [line.casefold() for line in text.splitlines()]
        return [fact for fact in self.facts if fact.kept(lines)]


SAYS_A: Says = {
    "name": (
        ("u", "My manager is {person} and she signs everything off.", ("{person}",)),
        ("u", "By the way, the client's contact is called {person}.", ("{person}", "client")),
        ("u", "I work with {person} from {org} on this one.", ("{person}", "{org}")),
        ("u", "Our landlord {person} wants it in writing.", ("{person}", "landlord")),
        ("a", "Then let's call the project {project}, as you and {person} suggested.", ("{project}", "{person}")),
        ("u", "The dog is named {pet}, that matters later.", ("{pet}", "dog")),
        ("u", "We moved from {city} to {city2} in spring.", ("{city}", "{city2}")),
    ),
    "number": (
        ("u", "The budget is {money} euros all in.", ("{money}",)),
        ("u", "There will be {count} guests, {small} of them children.", ("{count}", "{small}")),
        ("u", "The meeting is on {date} at {time}.", ("{date}", "{time}")),
        ("a", "So the total comes to {money} euros, including the deposit of {deposit}.", ("{money}", "{deposit}")),
        ("u", "My flat is {count} square metres on the {small}th floor.", ("{count}", "{small}th")),
        ("u", "Our contract number is {ref}.", ("{ref}",)),
        ("u", "Last month we had {money} visitors.", ("{money}", "visitors")),
    ),
    "code": (
        ("u", "The function that fails is `{func}` in {file}.", ("{func}", "{file}")),
        ("a", "Rename it to `{func}` and set `{var} = {small}`.", ("{func}", "{var}")),
        ("u", "We run it with `{tool} --{flag} {count}`.", ("{tool} --{flag} {count}",)),
        ("u", "The table is {table} and the key column is {var}.", ("{table}", "{var}")),
        ("u", "It lives under {path} on the server.", ("{path}",)),
        ("a", "The error code you are seeing, {error}, means that the lock was lost.", ("{error}",)),
    ),
    "condition": (
        ("u", "We must never deploy on {day}s.", ("never", "deploy", "{day}")),
        ("u", "It only works if the file is smaller than {count} MB.", ("only", "{count} MB")),
        ("u", "Please don't use {lib}, legal forbids it.", ("{lib}", "legal")),
        ("u", "Everything has to be done before {date}.", ("before {date}",)),
        ("u", "I am allergic to {food}, so nothing with it.", ("allergic", "{food}")),
        ("a", "Agreed: at most {small} retries, and always with a pause.", ("at most {small} retries",)),
        ("u", "We decided to go with {lib} for the storage.", ("decided", "{lib}")),
    ),
}
SAYS_B: Says = {
    "name": (
        ("u", "{person} will take over from me after the summer.", ("{person}", "take over")),
        ("u", "Ask anything about the permits at {org}, where {person} sits.", ("{org}", "{person}")),
        ("u", "The supplier is {org}.", ("supplier", "{org}")),
        ("u", "so I talked to {person} yesterday and they were fine with it", ("{person}",)),
        ("a", "I would address the letter to {person} at {org}.", ("{person}", "{org}")),
        ("u", "My son goes to school in {city}.", ("son", "{city}")),
        ("u", "Our boat, the {project}, is moored in {city2}.", ("{project}", "{city2}")),
    ),
    "number": (
        ("u", "We pay {money} a month for the office.", ("{money}",)),
        ("u", "It took {count} hours, of which {small} were waiting.", ("{count} hours", "{small}")),
        ("u", "Departure {time}, gate {small}, on {date}.", ("{time}", "{date}")),
        (
            "a",
            "With those figures the loan is paid back after {count} months at {small} percent.",
            ("{count} months", "{small} percent"),
        ),
        ("u", "I weigh {count} kilos and run {small} kilometres a week.", ("{count} kilos", "{small} kilometres")),
        ("u", "The serial number reads {ref}.", ("{ref}",)),
        ("u", "Page {count} of the report says the opposite.", ("page {count}",)),
    ),
    "code": (
        ("u", "I traced it down to {func}(), called from {file}.", ("{func}", "{file}")),
        ("a", "Put {var} into {file} and read it in {func}.", ("{var}", "{file}", "{func}")),
        ("u", "export {upper}={count} is what makes it start here", ("{upper}={count}",)),
        ("u", "SELECT {var} FROM {table} gives me duplicates.", ("{var}", "{table}")),
        ("u", "Logs go to {path}.", ("{path}",)),
        ("a", "What the service returns is {error}, so the token has expired.", ("{error}",)),
    ),
    "condition": (
        ("u", "Under no circumstances may the name {project} appear in it.", ("under no", "{project}")),
        ("u", "It needs to fit on {small} pages.", ("fit on {small} pages",)),
        ("u", "No {food} for us, we are careful with that.", ("no {food}",)),
        ("u", "They require that all of it runs on {lib}.", ("require", "{lib}")),
        ("u", "We can't start earlier than {date}.", ("earlier than {date}",)),
        ("a", "Then we keep it to {small} attempts per user, unless an admin says otherwise.", ("{small} attempts", "unless")),
        ("u", "In the end we chose {lib} over {lib2}.", ("chose {lib}", "{lib2}")),
    ),
}
VALUES: dict[str, tuple[str, ...]] = {
    "person": ("Marta Olsen", "Idris Bello", "Ana Ruiz", "Tomasz Wilk", "Claire Fontaine", "Yuki Tanaka", "Rahul Mehta",
               "Sofie Dahl", "Pedro Salas", "Greta Lindqvist", "Omar Haddad", "Nina Kowalska", "Liam Byrne", "Zoe Hartmann",
               "Ivo Marek"),
    "org": ("Northwind Logistics", "Haldane Foods", "Bergmann and Sons", "Castellan Media", "Lumen Works", "Orchard Clinic"),
    "project": ("Bluebird", "Silver Heron", "Tangerine", "Old Lighthouse", "Marigold", "Juniper"),
    "pet": ("Biscuit", "Pepper", "Waffles"),
    "city": ("Aarhus", "Valencia", "Lyon", "Gdynia", "Cork"),
    "city2": ("Odense", "Bilbao", "Nantes", "Torun", "Galway"),
    "money": ("14,350", "2,480", "87,900", "6,125", "31,700", "9,940"),
    "deposit": ("1,250", "3,300", "775"),
    "count": ("42", "118", "73", "256", "64", "37", "95", "512"),
    "small": ("7", "9", "12", "14", "6", "11"),
    "date": ("14 March", "3 September", "21 November", "9 January", "30 May"),
    "time": ("09:45", "17:20", "13:05", "22:15"),
    "ref": ("KX-48213", "2024-0097-B", "AR77-5521", "ZN-10664"),
    "func": ("parse_invoice_rows", "loadTenantMap", "merge_sorted_runs", "flushPendingQueue", "compute_tax_band", "rebuildIndex"),
    "file": ("billing/rows.py", "tenants.ts", "src/merge.rs", "queue_worker.go", "tax.sql", "reindex.sh"),
    "var": ("max_batch_size", "tenant_key", "retry_window_s", "cursor_id", "is_archived", "page_token"),
    "upper": ("HB_POOL_SIZE", "RUST_LOG_LIMIT", "APP_MAX_CONN"),
    "tool": ("ingest", "repack", "mirrorctl"),
    "flag": ("batch", "window", "depth"),
    "table": ("orders_2025", "patient_visits", "ledger_lines", "stock_moves"),
    "path": ("/srv/app/releases/current", "/var/lib/mirror/state", "~/projects/atlas/config", "/opt/batch/run.d"),
    "error": ("E4012", "ERR_LOCK_STALE", "ORA-01555", "0x80070005"),
    "day": ("Friday", "Monday", "Sunday"),
    "lib": ("SQLite", "Redis", "Postgres", "DuckDB", "RabbitMQ", "NATS"),
    "lib2": ("MongoDB", "Kafka", "Cassandra"),
    "food": ("peanuts", "shellfish", "celery", "lactose"),
}  # fmt: skip
SMALL_TALK = (
    "Can you explain that a bit more?",
    "What would you do first?",
    "Ok, that makes sense. Anything else I should think of?",
    "Thanks. How do other people usually handle this?",
    "Hm, I am not sure. Could you give me an example?",
    "Could you say that again in simpler words?",
    "And what if it goes wrong?",
    "I see. Is there a quicker way?",
    "Good. What comes after that?",
    "How long does something like this usually take?",
)
# What a model says beside the point, with figures and names of its own that nobody needs later.
FILLER_A = (
    "There are a few ways to go about it, and which one is best depends on what matters most to you.",
    "A good first step is to write down what you know already, and then to look for what is missing.",
    "In practice people tend to start too large; a small version that works is worth more than a big plan.",
    "For example, a team at {brand} described how they cut their build from {n} minutes to {k} by caching the results.",
    "Studies from {year} and {year2} came to different results, so I would not rely on a single one of them.",
    "You can think of it as a pipe: what goes in at one end comes out at the other, a little later.",
    "If you want to be thorough, keep a short list of open points and go through it every {k} days.",
    "The usual advice is to change one thing at a time and to look at the effect before the next change.",
    "Tools such as {brand} or {brand2} can help, but they do not replace a clear idea of the goal.",
    "1. Collect what you need, about {k} items are enough.",
    "2. Put it into an order that you can defend.",
    "3. Check the result with somebody who was not involved.",
    "It is also worth asking who will maintain it in {k} years, because that is often nobody in particular.",
    "Many handbooks, {author}'s among them, say that the first {n} percent take as long as the rest.",
    "The short answer is yes, with some care around the edges, and the long answer depends on the details.",
    "A table with two columns, one for the benefit and one for the cost, often settles such questions in {n} minutes.",
    "```python\nfor item in items:\n    handle(item, {n})\n    total_{k} += item.size\n```",
    "That said, I would not worry about it before you have seen it happen at least {k} times.",
    "{place} and {place2} have rules of their own here, so look up the ones that apply to you.",
    "Let me know if you want me to go deeper into any of these points.",
)
FILLER_B = (
    "Happy to help with that.",
    "Broadly speaking there are {k} schools of thought, and {author} belongs to the second.",
    "Most people underestimate how much time the last part takes, by {n} percent according to one survey.",
    "Step {k}: compare what you have got with what you wanted, and note the difference.",
    "If that sounds like a lot of work, remember that you only need to do it once.",
    "Back in {year} the common answer was different, which is why older articles contradict each other.",
    "You should always keep a copy before you change anything, whatever the tool promises.",
    "Something similar happened at {brand} in {year2}, and it took them {n} days to find out.",
    "The trade-off is between speed and certainty; nobody gets both for free.",
    "- Cheap: do nothing and wait.\n- Better: try it with {k} people first.\n- Best: measure for {n} days.",
    "I would start with the part that you understand least, because that is where the surprises are.",
    "A rule of thumb from {place}: never spend more than {n} minutes on a decision that can be undone.",
    "```sh\nls -la\ncat notes_{k}.txt | head -n {n}\n```",
    "{author} has a good chapter on this, and so does the documentation of {brand}.",
    "It must be said that opinions differ here, and that mine is only one of them.",
    "Does that answer your question, or did you mean something else?",
    "For comparison: in {place} the same thing costs about {n}0 euros, in {place2} only half of that.",
    "None of this is urgent, so take the time you need.",
)
ASIDES: dict[str, tuple[str, ...]] = {
    "brand": (
        "Spotify",
        "Terraform",
        "Ansible",
        "Netflix",
        "Airbus",
        "Siemens",
        "Zalando",
        "Bosch",
        "Shopify",
        "Grafana",
        "Nokia",
    ),
    "brand2": ("Jenkins", "Trello", "Notion", "Puppet", "Bazel", "Nix"),
    "author": ("Knuth", "Fowler", "Brooks", "Norman", "Kahneman", "Tufte", "Weinberg"),
    "place": ("Berlin", "Madrid", "Oslo", "Vienna", "Porto", "Zurich", "Bergen"),
    "place2": ("Paris", "Rome", "Helsinki", "Prague", "Athens"),
}


def script(name: str, says: Says, seed: int) -> Script:
    """One conversation. Each fact is said once, somewhere in a longer message, in its own turn."""
    rng = random.Random(seed)
    facts: list[Fact] = []
    planted: dict[int, tuple[str, str]] = {}
    turns = rng.sample(range(TURNS), FACTS)
    for kind, templates in says.items():
        for who, sentence, words in rng.sample(templates, FACTS // len(says)):
            values = {key: rng.choice(options) for key, options in VALUES.items()}
            facts.append(Fact(kind, tuple(word.format(**values) for word in words)))
            planted[turns[len(facts) - 1]] = who, sentence.format(**values)
    return Script(
        name, tuple(_turn(rng, planted.get(n), FILLER_A if says is SAYS_A else FILLER_B) for n in range(TURNS)), tuple(facts)
    )


def _turn(rng: random.Random, fact: tuple[str, str] | None, filler: tuple[str, ...]) -> tuple[str, str]:
    question = rng.sample(SMALL_TALK, rng.choice((1, 2)))
    answer = [_aside(rng, text) for text in rng.sample(filler, rng.randint(7, 13))]
    if fact is not None and fact[0] == "u":
        question.insert(rng.randint(0, len(question)), fact[1])
    elif fact is not None:
        answer.insert(rng.randint(1, len(answer)), fact[1])
    lines: list[str] = []
    for piece in answer:
        listed = piece[0] in "`123-"
        if listed or not lines or lines[-1][0] in "`123-":
            lines.append(piece)
        else:
            lines[-1] += f" {piece}"
    return " ".join(question), "\n".join(lines)


def _aside(rng: random.Random, text: str) -> str:
    names = {key: rng.choice(options) for key, options in ASIDES.items()}
    return text.format(
        **names, n=rng.randint(12, 95), k=rng.randint(2, 9), year=rng.randint(1998, 2015), year2=rng.randint(2016, 2025)
    )


def scripts(says: Says, count: int, first: int = 0) -> list[Script]:
    label = "A" if says is SAYS_A else "B"
    return [script(f"{label}{n}", says, 1000 * (says is SAYS_B) + n) for n in range(first, first + count)]
