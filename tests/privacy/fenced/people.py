"""People, firms and places made up for the fenced cases. Nobody is meant; e-mail domains and phone ranges are reserved ones."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tongue:
    """What a language has: names, streets with the house number where it belongs, towns, firms, column names."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    postal: str
    firms: tuple[str, ...]
    phone: str
    number: str
    columns: tuple[str, ...]
    """first name, last name, full name, e-mail, phone, address, town, postal code, firm, number of the state, note."""
    notes: tuple[str, ...]


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


TONGUES = {
    "en": Tongue(
        _split("Harriet, Owen, Priya, Callum, Beatrice, Tobias, Imogen, Rashid, Gwen, Leonard, Siobhan, Marcus"),
        _split("Ashdown, Pemberton, Okafor, Whitlock, Desai, Hargreave, McAllister, Thornbury, Ellery, Quigley, Varma"),
        _split("{n} Larkspur Lane, {n} Old Mill Road, Flat {m} {n} Quayside, {n} Bramble Close, {n} Station Street"),
        _split("Harrogate, Swansea, Dundee, Ipswich, Galway, Bath"),
        "LL#d #DD",
        _split("Pemberton & Daughters Ltd, Larkspur Dental Practice, Northgate Haulage Ltd, Okafor Legal LLP"),
        "+44 7700 900###",
        "QQ ## ## ## C",
        _split("first_name, last_name, full_name, email, phone, address, city, postcode, company, national_insurance, note"),
        _split("called twice, prefers mornings, invoice overdue, asked for a quote, renewal in May"),
    ),
    "es": Tongue(
        _split("Lucía, Álvaro, Inmaculada, Rodrigo, Begoña, Íñigo, Macarena, Gonzalo, Nuria, Joaquín, Rocío, Esteban"),
        _split("Villalobos, Echevarría, Carrascosa, Peñalver, Ibáñez, Montoya, Zubizarreta, Quintanilla, Gallardo, Saavedra"),
        _split("Calle del Olmo {n}, Avenida de la Ribera {n}, Plaza Nueva {n} {m}º B, Camino Viejo {n}, Paseo del Prado {n}"),
        _split("Zaragoza, Almería, Vitoria, Salamanca, Cádiz, Oviedo"),
        "#####",
        _split("Talleres Montoya SL, Clínica Peñalver, Transportes Saavedra SA, Bodegas Ibáñez SL"),
        "+34 6## ### ###",
        "########L",
        _split("nombre, apellidos, nombre_completo, correo, teléfono, dirección, ciudad, código_postal, empresa, dni, nota"),
        _split("llamar por la tarde, pendiente de pago, pidió presupuesto, cliente desde mayo, no contesta"),
    ),
    "fr": Tongue(
        _split("Clémence, Thibault, Maëlys, Gaspard, Solène, Aurélien, Capucine, Bastien, Océane, Rémi, Héloïse, Yannick"),
        _split("Delaunay, Prigent, Castaignède, Vasseur, Lemarchand, Kerbrat, Fontanel, Roussillon, Besnard, Tardieu"),
        _split("{n} rue des Lilas, {n} bis avenue Pasteur, {n} impasse du Moulin, {n} quai de la Loire, {n} place du Marché"),
        _split("Angers, Besançon, Quimper, Annecy, Poitiers, Limoges"),
        "#####",
        _split("Boulangerie Vasseur SARL, Cabinet Kerbrat, Transports Tardieu SAS, Garage Besnard"),
        "+33 6 39 98 ## ##",
        "1 ## ## ## ### ### ##",
        _split(
            "prénom, nom_de_famille, nom_complet, courriel, téléphone, adresse, ville, code_postal, entreprise, "
            "securite_sociale, note"
        ),
        _split("rappeler lundi, facture en retard, demande de devis, client fidèle, ne répond pas"),
    ),
    "pl": Tongue(
        _split("Bogumiła, Zbigniew, Jagoda, Przemysław, Halina, Wiesław, Oliwia, Mirosław, Łucja, Radosław, Żaneta, Sławomir"),
        _split("Wiśniowiecka, Grzelak, Świątek, Brzeziński, Kołodziej, Żurawski, Mączyńska, Pietrzak, Dąbek, Szczepanik"),
        _split("ul. Lipowa {n}, ul. Długa {n}/{m}, al. Niepodległości {n} m. {m}, os. Słoneczne {n}, pl. Wolności {n}"),
        _split("Olsztyn, Rzeszów, Bydgoszcz, Łomża, Gliwice, Toruń"),
        "##-###",
        _split("Zakład Stolarski Grzelak, Przychodnia Świątek sp. z o.o., Transport Pietrzak, Piekarnia Dąbek"),
        "+48 6## ### ###",
        "###########",
        _split("imię, nazwisko, imię_i_nazwisko, e-mail, telefon, adres, miasto, kod_pocztowy, firma, pesel, uwagi"),
        _split("oddzwonić rano, zaległa faktura, prosi o wycenę, stały klient, nie odbiera"),
    ),
    "da": Tongue(
        _split("Asger, Birgitte, Esben, Freja, Torben, Signe, Villads, Karoline, Rasmus, Ingeborg, Søren, Mathilde"),
        _split("Bruun, Kjærgaard, Overgaard, Skovbo, Thygesen, Lindholm, Ravnkilde, Østergaard, Mikkelsen, Dalsgaard"),
        _split("Birkevej {n}, Nørregade {n} {m}. tv, Strandvejen {n}, Møllebakken {n}, Kirkestræde {n}"),
        _split("Aalborg, Silkeborg, Næstved, Esbjerg, Hillerød, Svendborg"),
        "####",
        _split("Skovbo Tømrer ApS, Tandlæge Overgaard, Lindholm Transport A/S, Bageriet Bruun"),
        "+45 ## ## ## ##",
        "######-####",
        _split("fornavn, efternavn, fulde_navn, email, telefon, adresse, bynavn, postnummer, virksomhed, cpr, note"),
        _split("ring om morgenen, faktura forfalden, ønsker tilbud, fast kunde, svarer ikke"),
    ),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up record, in the order of `Tongue.columns`."""

    first: str
    last: str
    email: str
    phone: str
    address: str
    town: str
    postal: str
    firm: str
    number: str
    note: str

    @property
    def full(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def cells(self) -> tuple[str, ...]:
        return (
            *(self.first, self.last, self.full, self.email, self.phone, self.address, self.town, self.postal),
            *(self.firm, self.number, self.note),
        )


KINDS = ("PERSON", "PERSON", "PERSON", "EMAIL", "PHONE", "ADDRESS", "LOCATION", "ADDRESS", "ORG", "ID", "")
"""What each cell of a person is; the note is nobody's."""


def person(tongue: Tongue, rng: random.Random) -> Person:
    first, last = rng.choice(tongue.first), rng.choice(tongue.last)
    plain = f"{first}.{last}".lower().encode("ascii", "ignore").decode().replace("'", "") or "post"
    return Person(
        first,
        last,
        f"{plain}@{rng.choice(('example.org', 'example.com', 'mail.example'))}",
        _filled(tongue.phone, rng),
        rng.choice(tongue.streets).format(n=rng.randint(2, 180), m=rng.randint(1, 9)),
        rng.choice(tongue.towns),
        _filled(tongue.postal, rng),
        rng.choice(tongue.firms),
        _filled(tongue.number, rng),
        rng.choice(tongue.notes),
    )


def _filled(shape: str, rng: random.Random) -> str:
    """# becomes a digit, L a letter, D an inner letter of a British postal code, d a digit."""
    letters = {"#": "0123456789", "d": "123456789", "L": "ABEGLNRST", "D": "ABDEFGHJ"}
    return "".join(rng.choice(letters[c]) if c in letters and (c != "L" or shape != "Q") else c for c in shape)
