"""Writes `cases.jsonl`: made-up client data in fences, with the spans that must not be read by others.

Run `python -m tests.privacy.fenced.make` after a change here; the seed makes the result the same everywhere.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.privacy.fenced.people import KINDS, TONGUES, Person, Tongue, person

FILE = Path(__file__).parent / "cases.jsonl"
SEED = 20_261
EACH = 4
"""Cases of every form and language."""

Span = tuple[int, int, str]
INTROS = {
    "en": ("Can you sort this by town?", "Why does the import fail on line 2?", "Turn this into a table:"),
    "es": ("¿Puedes ordenarlo por ciudad?", "¿Por qué falla la importación?", "Pásalo a una tabla:"),
    "fr": ("Peux-tu trier par ville ?", "Pourquoi l'import échoue-t-il ?", "Fais-en un tableau :"),
    "pl": ("Posortuj to według miasta.", "Dlaczego import nie działa?", "Zrób z tego tabelę:"),
    "da": ("Kan du sortere efter by?", "Hvorfor fejler importen?", "Lav det om til en tabel:"),
}


class Page:
    """Text that grows, with the spans of what is somebody's."""

    def __init__(self) -> None:
        self.text = ""
        self.spans: list[Span] = []

    def add(self, text: str, kind: str = "") -> Page:
        if kind:
            self.spans.append((len(self.text), len(self.text) + len(text), kind))
        self.text += text
        return self


Form = Callable[[Page, Tongue, Sequence[Person], random.Random], None]


def _joined(page: Page, cells: Sequence[tuple[str, str]], mark: str, quote: str = "") -> None:
    for n, (cell, kind) in enumerate(cells):
        page.add(f"{mark if n else ''}{quote}").add(cell, kind).add(quote)


def _cells(people: Person, chosen: Sequence[int]) -> list[tuple[str, str]]:
    return [(people.cells[i], KINDS[i]) for i in chosen]


def _chosen(rng: random.Random) -> list[int]:
    name = rng.choice(([0, 1], [2]))
    return [*name, *sorted(rng.sample(range(3, 11), rng.randint(3, 5)))]


def csv(page: Page, tongue: Tongue, people: Sequence[Person], rng: random.Random) -> None:
    chosen, mark = _chosen(rng), rng.choice((",", ";", "\t", ", "))
    quote = '"' if mark.strip() == "," else ""
    page.add("```csv\n").add(mark.join(tongue.columns[i] for i in chosen)).add("\n")
    for one in people:
        _joined(page, _cells(one, chosen), mark, quote)
        page.add("\n")
    page.add("```\n")


def bare_csv(page: Page, tongue: Tongue, people: Sequence[Person], rng: random.Random) -> None:
    """Rows cut out of a file: no heading says what they hold."""
    chosen, mark = _chosen(rng), rng.choice((",", ";", "\t"))
    page.add("```\n")
    for n, one in enumerate(people):
        page.add(f"{1000 + n}{mark}")
        _joined(page, _cells(one, chosen), mark)
        page.add("\n")
    page.add("```\n")


def markdown(page: Page, tongue: Tongue, people: Sequence[Person], rng: random.Random) -> None:
    chosen = _chosen(rng)
    page.add("| ").add(" | ".join(tongue.columns[i].replace("_", " ").capitalize() for i in chosen)).add(" |\n")
    page.add("|" + "---|" * len(chosen) + "\n")
    for one in people:
        page.add("| ")
        _joined(page, _cells(one, chosen), " | ")
        page.add(" |\n")


def json_list(page: Page, tongue: Tongue, people: Sequence[Person], rng: random.Random) -> None:
    chosen = _chosen(rng)
    page.add("```json\n[\n")
    for n, one in enumerate(people):
        page.add(f'  {{"id": {n + 1}')
        for i in chosen:
            page.add(f', "{tongue.columns[i]}": "').add(one.cells[i], KINDS[i]).add('"')
        page.add("},\n" if n + 1 < len(people) else "}\n")
    page.add("]\n```\n")


def yaml(page: Page, tongue: Tongue, people: Sequence[Person], rng: random.Random) -> None:
    chosen = _chosen(rng)
    page.add("```yaml\nclients:\n")
    for one in people:
        for n, i in enumerate(chosen):
            page.add(f"  {'- ' if n == 0 else '  '}{tongue.columns[i]}: ").add(one.cells[i], KINDS[i]).add("\n")
    page.add("```\n")


def sql(page: Page, tongue: Tongue, people: Sequence[Person], rng: random.Random) -> None:
    chosen = _chosen(rng)
    columns = ", ".join(tongue.columns[i].replace("-", "_") for i in chosen)
    page.add("```sql\n")
    if rng.random() < 0.5:
        page.add(f"INSERT INTO clients (id, {columns}) VALUES\n")
        for n, one in enumerate(people):
            page.add(f"  ({n + 1}, ")
            _joined(page, _cells(one, chosen), ", ", "'")
            page.add("),\n" if n + 1 < len(people) else ");\n")
    else:
        for n, one in enumerate(people):
            page.add(f"INSERT INTO clients (id, {columns}) VALUES ({n + 1}, ")
            _joined(page, _cells(one, chosen), ", ", "'")
            page.add(");\n")
    page.add("```\n")


def update(page: Page, tongue: Tongue, people: Sequence[Person], rng: random.Random) -> None:
    page.add("```sql\n")
    for one in people:
        i, j = rng.sample((2, 3, 4, 5, 6, 8), 2)
        column = [c.replace("-", "_") for c in tongue.columns]
        page.add(f"UPDATE clients SET {column[i]} = '").add(one.cells[i], KINDS[i]).add(f"' WHERE {column[j]} = '")
        page.add(one.cells[j], KINDS[j]).add("';\n")
    page.add("```\n")


def log(page: Page, tongue: Tongue, people: Sequence[Person], rng: random.Random) -> None:
    page.add("```log\n")
    for n, one in enumerate(people):
        stamp = f"2026-03-0{1 + n}T08:1{n}:2{n}Z"
        i = rng.choice((0, 3, 4, 6))
        page.add(f'{stamp} INFO  order={4000 + n} {tongue.columns[2]}="').add(one.full, "PERSON").add(f'" {tongue.columns[i]}="')
        page.add(one.cells[i], KINDS[i]).add('" status=ok\n')
    page.add("```\n")


def talking_log(page: Page, tongue: Tongue, people: Sequence[Person], rng: random.Random) -> None:
    """Lines in sentences, without names of fields."""
    page.add("```\n")
    for n, one in enumerate(people):
        page.add(f"[08:1{n}:0{n}] WARN  mail to ").add(one.email, "EMAIL").add(" bounced, user ").add(one.full, "PERSON")
        page.add(" has no other address\n" if n % 2 else " notified by phone ")
        if not n % 2:
            page.add(one.phone, "PHONE").add("\n")
    page.add("```\n")


def form(page: Page, tongue: Tongue, people: Sequence[Person], rng: random.Random) -> None:
    """A record copied off a screen, in a fence without a tag."""
    page.add("```text\n")
    for one in people[:2]:
        for i in (2, *sorted(rng.sample(range(3, 11), 5))):
            page.add(f"{tongue.columns[i].replace('_', ' ').capitalize()}: ").add(one.cells[i], KINDS[i]).add("\n")
        page.add("\n")
    page.add("```\n")


def nested(page: Page, tongue: Tongue, people: Sequence[Person], rng: random.Random) -> None:
    page.add('```json\n{"order": 7, "items": [{"sku": "A-1", "qty": 2}],\n')
    one, other = people[0], people[1]
    page.add(f' "customer": {{"{tongue.columns[0]}": "').add(one.first, "PERSON").add(f'", "{tongue.columns[1]}": "')
    page.add(one.last, "PERSON").add('",\n  "contact": {"e-mail": "').add(one.email, "EMAIL").add('", "tel": "')
    page.add(one.phone, "PHONE").add(f'"}}}},\n "ship_to": {{"{tongue.columns[2]}": "').add(other.full, "PERSON")
    page.add(f'", "{tongue.columns[5]}": "').add(other.address, "ADDRESS").add(f'", "{tongue.columns[6]}": "')
    page.add(other.town, "LOCATION").add('"}}\n```\n')


FORMS: tuple[Form, ...] = (csv, bare_csv, markdown, json_list, yaml, sql, update, log, talking_log, form, nested)


def cases() -> Iterator[dict[str, object]]:
    """Each `{"id", "form", "lang", "text", "spans": [[start, end, kind], …]}`."""
    for lang, tongue in TONGUES.items():
        for shape in FORMS:
            for n in range(EACH):
                rng = random.Random(f"{SEED} {lang} {shape.__name__} {n}")
                page = Page().add(f"{rng.choice(INTROS[lang])}\n\n")
                shape(page, tongue, [person(tongue, rng) for _ in range(rng.randint(2, 4))], rng)
                yield {
                    "id": f"{lang}-{shape.__name__}-{n}",
                    "form": shape.__name__,
                    "lang": lang,
                    "text": page.text,
                    "spans": [list(span) for span in page.spans],
                }


def main() -> None:
    lines = (json.dumps(case, ensure_ascii=False) for case in cases())
    FILE.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
