"""Names in the languages that the program reads: sentences of our own, and how many of their names may stay readable."""

from __future__ import annotations

import pytest

from hybridchat.privacy.scan import scan

# {…} is somebody's name, a place where they are, or an organisation.
SPANISH = """
Mi jefa, {Carmen Olmedo}, trabaja en un hospital de {Madrid}.
Me llamo {Íñigo Zubiaurre} y vivo en {Getxo}.
El contrato lo firmó {Construcciones Beltrán} en {Zaragoza}.
La doctora {Rocío Altamirano} me atendió en la {Clínica Sagrada Familia}.
Llama a {Nuria Casals} antes del viernes.
Mi vecino {Paco Gallardo} se muda a {Salamanca}.
Trabajo en {Panadería Hermanos Sotelo} desde hace años.
Estimado señor {Quintanilla}, le escribo desde {Murcia}.
Mañana ceno con {Leire} y {Unai} en {Bilbao}.
Necesito una carta para {Transportes Urgell}.
Mi hijo {Iker} está enfermo.
La profesora {Amparo Benlloch} vive cerca de {Castellón}.
¿Puedes escribir a {Joaquín Arizmendi} por mí?
El abogado {Esteban Villaverde} perdió el juicio en {Oviedo}.
Mi abuela {Remedios} nació en {Jaén}.
Saludos, {Yolanda Pardo}
He quedado con {Aitana Roldán} en {Cádiz}.
Don {Fermín Urrutia} no pagó el alquiler.
Mi hermano {Gonzalo} trabaja en {Logroño}.
Soy {Macarena Tejedor}, enfermera en {Huelva}.
La empresa {Talleres Ibáñez} me debe dinero.
{Begoña Larrea} me prestó el coche.
El paciente {Ramón Cifuentes} tiene fiebre.
Mi novia {Alba} se va a {Lugo}.
Querida {Rosario}, gracias por la carta.
El piso de {Teodoro Manrique} está en {Valladolid}.
Firmado: {Dolores Escribano}
Hablé con {Matías Belmonte} sobre la herencia.
Nuestra clienta {Inmaculada Reyes} reside en {Badajoz}.
Mi primo {Lander} estudia en {Pamplona}.
"""
DANISH = """
Jeg hedder {Rasmus Kjeldgaard} og bor i {Odense}.
Min chef {Birthe Lundsgaard} arbejder hos {Grundfos} i {Bjerringbro}.
Kære fru {Mikkelsen}, tak for brevet fra {Svendborg}.
Hr. {Torben Skovgaard} underskrev for {Vestjysk Bank}.
Vi mødte {Signe} og {Asger} i {Ribe}.
Faktura fra {Holm & Sønner ApS} er betalt.
Min datter {Freja} går på {Nørre Gymnasium}.
Lægen {Jens Overgaard} ringede i går.
Skriv til {Bent Kragelund} om huset.
Advokat {Mette Lindegaard} fra {Aarhus} har sagen.
Min nabo {Poul Østergaard} flytter til {Kolding}.
Kan du ringe til {Anne-Marie Toft} på mandag?
Mit navn er {Søren Bjerregaard}.
{Kirsten Damgaard} har lånt min bil.
Vores kunde {Flemming Rask} bor i {Horsens}.
Venlig hilsen {Lone Abildgaard}
Min søn {Villads} er syg.
Patienten {Ejnar Thomsen} har feber.
Jeg arbejder hos {Novo Nordisk} i {Bagsværd}.
Min kæreste {Astrid} rejser til {Skagen}.
Læreren {Gitte Nørgaard} skrev til os.
Huset tilhører {Preben Munk} fra {Viborg}.
Hej {Camilla}, kan du hjælpe mig?
Jeg talte med {Henrik Vestergaard} om lånet.
Min bror {Mikkel} bor i {Randers}.
Tandlæge {Ulla Frandsen} er på ferie.
Firmaet {Jensen Byg ApS} gik konkurs.
Sagen mod {Karsten Boesen} begynder i {Esbjerg}.
Min mormor {Inger} er fra {Thisted}.
Kære {Jytte}, tillykke med dagen.
"""
FRENCH = """
Je m'appelle {Maëlle Kerguelen} et j'habite à {Quimper}.
Mon collègue {Thibault Lacroix} est malade.
Madame {Fournier} dirige le {Lycée Jean Moulin}.
Ma sœur {Océane} vit à {Rennes}.
Cher {Baptiste}, merci pour ta lettre.
Le docteur {Hervé Marchand} m'a opéré à {Grenoble}.
Je travaille chez {Boulangerie Petitjean}.
Notre voisin {Yannick Delorme} part à {Lille}.
Cordialement, {Sandrine Gauthier}
L'avocate {Élodie Rousset} a perdu le dossier.
"""
POLISH = """
Nazywam się {Grzegorz Wolański} i mieszkam w {Radomiu}.
Pani {Halina Pietrzyk} dzwoniła wczoraj.
Mój brat {Kacper} pracuje w {Lublinie}.
Umowę podpisał {Tomasz Jabłoński}.
Szanowny Panie {Wiśniewski}, dziękuję za list.
Moja siostra {Zuzanna} mieszka w {Gdańsku}.
Doktor {Bożena Krawczyk} przyjmuje w poniedziałki.
Pozdrawiam, {Agnieszka Nowicka}
Nasz klient {Wojciech Stachura} jest z {Krakowa}.
Sąsiad {Marek Domagała} sprzedał dom.
"""


def _parts(sentence: str) -> tuple[str, list[tuple[int, int]]]:
    """The sentence without marks, and where its names stand."""
    out, spans, start = "", [], 0
    for sign in sentence:
        if sign == "{":
            start = len(out)
        elif sign == "}":
            spans.append((start, len(out)))
        else:
            out += sign
    return out, spans


@pytest.mark.parametrize(
    ("language", "sentences", "missed"),
    [("Spanish", SPANISH, 0.08), ("Danish", DANISH, 0.08), ("French", FRENCH, 0.08), ("Polish", POLISH, 0.08)],
    ids=["es", "da", "fr", "pl"],
)
def test_nearly_all_names_of_everyday_sentences_are_hidden(language: str, sentences: str, missed: float) -> None:
    readable: list[str] = []
    total = 0
    for line in sentences.strip().splitlines():
        text, spans = _parts(line)
        found = scan(text)
        for start, end in spans:
            total += 1
            hidden = {i for f in found for i in range(f.start, f.end)}
            if any(text[i].isalnum() and i not in hidden for i in range(start, end)):
                readable.append(text[start:end])
    assert len(readable) <= missed * total, (language, total, readable)


@pytest.mark.parametrize("sentences", [SPANISH, DANISH, FRENCH, POLISH], ids=["es", "da", "fr", "pl"])
def test_most_of_the_words_about_names_stay(sentences: str) -> None:
    hidden = letters = 0
    for line in sentences.strip().splitlines():
        text, spans = _parts(line)
        named = {i for start, end in spans for i in range(start, end)}
        covered = {i for f in scan(text) for i in range(f.start, f.end)}
        others = [i for i, sign in enumerate(text) if sign.isalnum() and i not in named]
        letters += len(others)
        hidden += sum(i in covered for i in others)
    assert hidden <= 0.1 * letters
