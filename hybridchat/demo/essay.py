"""The very long answer: over 2,000 tokens of prose with headings, for streaming at length."""

from __future__ import annotations

ESSAY = """\
# A very long essay on lighthouses

*This is a prepared text. It is long on purpose, so that you can watch a stream run, scroll while it grows, and stop it when \
you have seen enough.*

## 1. A fire on a hill

Before there were towers there were fires. Somebody on a headland kept wood dry, lit it at dusk, and stayed awake. The idea \
is so plain that nobody needed to invent it twice: a light that stays where it is tells those who move where they are. \
Everything that came afterwards, the stone, the lenses, the clockwork and the law, is a footnote to that one sentence.

A fire has two faults, though. It eats, and it lies. It eats a cartload of wood in a winter's night, and in a drought year \
the woods behind a harbour were bare for miles. And it lies, because a shepherd's fire looks exactly like a beacon to a tired \
man at the helm. For most of history the hardest question about a light was not *how bright is it* but *whose is it*.

The towers of antiquity answered both questions with sheer size. A building of a hundred metres cannot be mistaken for a \
shepherd. It can be seen by day as well as by night, it has a name, it appears in poems and on coins, and the city that built \
it is saying something about itself as well as about the rocks. That the fire on top may have been modest hardly mattered. \
The tower was the message.

## 2. The engineer and the wave

The open sea is another matter. On a headland the enemy is neglect; on a reef it is the wave. A wave that breaks on a wall \
presses on it for a few thousandths of a second with the weight of a loaded wagon on every square metre, then sucks, then \
presses again, and it does so eight times a minute for two hundred years.

The first towers on wave-swept rocks were made of timber, pinned down with iron, and they taught their builders by failing. \
One was lost with its designer inside, who had wished aloud to be there during the greatest storm that ever was, and who was \
granted it. One burned. The third was built of granite, every block cut to lock into its neighbours like the pieces of a \
puzzle, so that no stone could leave without asking all the others.

Its shape came from a tree. An oak, its builder said, is broad where it meets the ground, draws in above, and stands in the \
wind with its weight low. So the tower was given a curved foot that let the wave run up and spend itself, and a slender top \
that gave it little to hold. You will find that curve on nearly every rock tower since. It is one of those rare forms that \
was right the first time.

| Material | What it gave | What it cost |
|---|---|---|
| Timber | speed, and a little spring | fire, rot, worms |
| Granite | weight, silence, centuries | years of work in hours of calm |
| Cast iron | parts made in a workshop | rust and patience with a brush |
| Concrete | any shape in one summer | cracks that are hard to read |

## 3. Light, bent to a purpose

A flame shines in every direction, and only a thin slice of its light goes where ships are. For a long time the remedy was a \
mirror behind the flame. Mirrors tarnish, absorb, and have to be polished by somebody who would rather be asleep.

Then came the idea that made the modern light possible. A lens strong enough to gather a whole flame would be as thick as a \
barrel and swallow half of what it gathered. But a lens bends light only at its surfaces; the glass in between is luggage. So \
take the luggage out. Cut the lens into rings, keep the curved face of each, and set them in a brass frame like the ribs of a \
whale. The result weighs a tenth as much, and throws nearly everything the lamp gives into one flat sheet, to the horizon and \
no higher.

Standing inside one is an odd experience. The world outside hangs upside down in every panel. By day the keepers drew \
curtains around the lens, not to spare the brass but to spare the hills: the sun that passed through it the wrong way could \
set the grass on fire a mile inland.

> A lens does not make light. It only refuses to waste any.

### The grammar of flashes

Once a beam was a beam, it could be turned, and once it turned, it could speak. A light that shows two flashes every ten \
seconds is not the light that shows one every five. The chart tells you which is which, and the old lie, *whose fire is \
that?*, was answered at last. Sailors call the pattern the light's *character*, which is a good word for it.

The turning had to be smooth, or the character would stutter. Tons of glass were floated on a bath of mercury, so that a \
child could push the whole apparatus round with one finger, and a clock with a falling weight gave it the push. The clock had \
to be wound every few hours. That, more than anything in the weather, gave the keeper's night its shape.

## 4. The people in the tower

Keepers have been made into hermits by people who never met one. Most of them lived on land, with families, cows, and a \
quarrel with the neighbour about the path. Those on the rocks served in turns, three at a time, because of two men one may \
fall ill and the other be suspected of it.

Their days were made of small exactness:

1. At dusk, draw back the curtains, trim the wick, light the lamp, and write down the minute.
2. Through the night, wind the clock, watch the flame, keep the glass free of salt, and stay awake.
3. At dawn, put the lamp out, draw the curtains, polish what the night has dulled, and write down the minute again.
4. In fog, sound the horn, and give up the idea of conversation.

The log was the real monument. Line by line, for a hundred and fifty years, in handwriting that changes while the sentences \
do not, somebody affirms that the light was exhibited from sunset to sunrise. There is hardly a longer unbroken statement in \
any archive. It does not say that a ship was saved, because nobody can write down the thing that did not happen.

That is the strange economy of the work. A baker sees the bread go out of the door. A keeper's whole success is an empty \
page: no wreck, no boat, no names. To do such work well for thirty years one must believe in the people whom one will never \
see, and who will never know.

## 5. What the machines changed

Automation came by stages, and each was welcomed by somebody. Gas needed no carrying of oil. A valve that closed in sunlight, \
made of nothing but a black rod between three bright ones, put the lamp out by itself at dawn, because black warms faster \
than bright. Electric light needed neither wick nor trimming. Radio let one office watch forty towers. At last there was \
nobody on the stairs.

It is easy to be sentimental about this, and the keepers mostly were not. What went away was cold, distance, and the boat \
that could not land. What also went away was a pair of eyes. A lamp that fails now reports itself; a rowing boat in trouble \
under the tower does not. The reports of the last decades are full of rescues that nobody was employed to make.

The arithmetic of the lamps themselves has become almost comic. A light that once burned a barrel of oil in a week now runs \
from a panel the size of a door:

```python
def range_in_miles(height_m: float, eye_m: float = 4.0) -> float:
    \"\"\"How far a light can be seen before the earth gets in the way.\"\"\"
    return 2.08 * (height_m**0.5 + eye_m**0.5)


for tower in (10, 25, 50, 100):
    print(f"{tower:>4} m high: {range_in_miles(tower):4.1f} nautical miles")
```

No lamp, however bright, changes that result. The horizon is geometry, and height is the only argument it accepts. It is why \
the oldest builders, who knew nothing of candela, were right to go up.

## 6. Do we still need them?

A receiver smaller than a coin tells every ship where she is to within a few metres, and does it in fog. The honest answer is \
that big ships could do without the lights on almost every night. The honest question is about the other nights.

Satellite signals are faint, about as strong at the ground as a lamp seen from across a continent. They can be drowned by a \
cheap transmitter, and, worse, imitated by a slightly less cheap one. A false position looks exactly like a true one, down to \
the last decimal. So we are back at the shepherd's fire: the hard question is again not *how exact is it* but *whose is it*.

A lighthouse cannot be imitated from a van. It needs no network, no subscription and no update. It is there when the screen \
is dark, it can be checked against the chart by anybody with two eyes, and it gives the same answer to everyone. Those are \
properties, not memories, and they are worth a coat of paint every few years.

## 7. Things that stay where they are

There may be a wider lesson in it. Most of what we build to guide ourselves moves along with us, adapts to us, learns what we \
like. It is helpful and tireless, and it is difficult to say afterwards how one came to be where one is. Beside such guides \
it is good to have a few that do not move: a fixed light, a printed page, a rule that was written down before the argument \
began, a record of what was really sent and what was kept at home.

They do not need to be clever. They need to be *there*, to be recognisable, and to show the same character to everyone who \
looks. One flash, darkness, two flashes, darkness. You count, you look at the chart, you know.

## 8. A short list for the patient reader

- A light is a promise about a place, not about a journey.
- Brightness is wasted without direction, and direction without a character.
- Whoever builds against waves should let most of the wave go past.
- The best work leaves an empty page in the book of accidents.
- When two guides disagree, believe the one that cannot move.

And if you have read as far as this, in a terminal, while the words arrived one by one, then the stream has done what it was \
meant to show. The tower is at the end of the pier. The lamp has been lit at sunset, and somebody, or something, has written \
down the minute.
"""
