"""What a column, a key or the label of a form says its values are, in the languages the program speaks of."""

from __future__ import annotations

from functools import cache

from hybridchat.late import late
from hybridchat.privacy.words import fold
from hybridchat.value import value

# One line per kind, phrases between commas, folded (no accents). They are compared after fillers and roles were taken out.
_STRONG = {
    "PERSON": """
        full name, fullname, first name, firstname, fname, forename, given name, givenname, last name, lastname,
        lname, surname, family name, familyname, middle name, middlename, maiden name, legal name, preferred name,
        birth name, contact name, contact person, emergency contact, next of kin, account holder, card holder,
        cardholder, name on card, signed by, patient name, customer name, client name, employee name, manager name,
        person name, display name, displayname, nombre completo, nombre apellidos, nombres, apellido, apellidos,
        primer apellido, segundo apellido, persona contacto, prenom, prenoms, nom prenom, prenom nom, nom complet, nom
        famille, nom jeune fille, nom naissance, imie, nazwisko, imie nazwisko, nazwisko imie, imiona, nazwisko
        rodowe, osoba kontaktowa, fornavn, fornavne, efternavn, fulde navn, mellemnavn, kontaktperson, fodenavn,
        vorname, nachname, vollstandiger name, vor nachname, ansprechpartner, geburtsname
    """,
    "EMAIL": """
        email, e mail, mail, email address, mail address, contact email, correo, correo electronico, courriel, adresse
        mail, adresse email, adres email, adres e mail, mailadresse, e mail adresse, emailadresse
    """,
    "PHONE": """
        phone, phone number, telephone, telephone number, tel, mobile, mobile phone, mobile number, cell, cell phone,
        cellphone, fax, home phone, work phone, contact number, whatsapp, telefono, telefono movil, movil, celular,
        telephone portable, telephone fixe, portable, telefon, telefon komorkowy, numer telefonu, komorka, tel kom,
        tlf, telefonnummer, mobilnummer, mobil, telefonnr, handynummer, rufnummer, msisdn
    """,
    "ADDRESS": """
        address, street, street address, home address, mailing address, postal address, billing address, shipping
        address, delivery address, residential address, permanent address, current address, address line, address line
        1, address line 2, address1, address2, street name, house number, postal code, postalcode, post code,
        postcode, zip, zip code, zipcode, direccion, direccion postal, domicilio, calle, codigo postal, cp, adresse
        postale, adresse domicile, domicile, rue, code postal, adres, adres zamieszkania, adres korespondencyjny,
        adres zameldowania, miejsce zamieszkania, ulica, kod pocztowy, adresse, hjemmeadresse, gade, vej, vejnavn,
        postnummer, postnr, bopael, anschrift, strasse, plz, postleitzahl, wohnort
    """,
    "LOCATION": """
        city, town, birthplace, place of birth, birth place, city of birth, home town, hometown, ciudad, localidad,
        municipio, lugar nacimiento, ville, commune, lieu naissance, miasto, miejscowosc, miejsce urodzenia, bynavn,
        fodested, fodeby, stadt, geburtsort
    """,
    "DATE": """
        dob, d o b, date of birth, birth date, birthdate, birthday, born, born on, fecha nacimiento, date naissance,
        ne le, nee le, data urodzenia, fodselsdato, fodselsdag, fodt, geburtsdatum, geboren
    """,
    "ID": """
        ssn, social security, social security number, national id, national id number, identity number, passport,
        passport number, passport no, tax id, tin, itin, nino, national insurance, nhs number, mrn, medical record
        number, patient id, member id, insurance number, insurance id, policy number, account number, account no,
        acct, customer id, customer number, client id, client number, employee id, employee number, student id, driver
        license, drivers license, driving licence, driver license number, license number, licence number, license
        plate, licence plate, plate, plate number, vin, case number, health insurance number, subscriber id, routing
        number, sort code, credit card, card number, credit card number, cc number, dni, nif, nie, dni nie, cif,
        pasaporte, seguridad social, numero seguridad social, matricula, numero cliente, poliza, numero poliza,
        cuenta, numero cuenta, tarjeta, securite sociale, numero securite sociale, nir, passeport, numero passeport,
        plaque, immatriculation, numero client, numero dossier, numero compte, numero fiscal, carte bancaire, pesel,
        nip, regon, dowod, numer dowodu, dowod osobisty, nr dowodu, paszport, numer paszportu, nr rejestracyjny, numer
        rejestracyjny, numer klienta, nr klienta, numer konta, nr konta, numer polisy, cpr, cpr nr, cpr nummer,
        personnummer, pasnummer, kundenummer, kundenr, kontonummer, kontonr, nummerplade, korekortnummer,
        journalnummer, sagsnummer, ausweisnummer, reisepassnummer, steuernummer, steuer id, versicherungsnummer,
        kundennummer, kennzeichen
    """,
    "IBAN": "iban, bank account, bank account number, rachunek, rachunek bankowy, numer rachunku, nr rachunku, cuenta bancaria",
    "ORG": """
        company, company name, employer, organisation, organization, organisation name, organization name, empresa,
        empleador, entreprise, societe, employeur, firma, pracodawca, virksomhed, arbejdsgiver, unternehmen,
        arbeitgeber, nazwa firmy
    """,
    "USER": """
        username, user name, login, login name, user login, userid, user id, uid, screen name, twitter, instagram,
        skype, telegram, usuario, nombre usuario, nom utilisateur, identifiant, nazwa uzytkownika, brugernavn,
        benutzername
    """,
}  # fmt: skip
# Say what they hold only beside other such fields, or before what reads like the name of a person.
_WEAK = {
    "PERSON": """
        name, names, nombre, nom, noms, navn, author, owner, user, assignee, recipient, sender, passenger, guest,
        contact, manager, patient, customer, client, employee, applicant, tenant, landlord, buyer, seller, student,
        teacher, doctor, physician, insured, claimant, beneficiary, spouse, mother, father, defendant, plaintiff,
        witness, signatory, attendee, participant, cliente, paciente, empleado, titular, inquilino, solicitante,
        alumno, destinataire, salarie, locataire, titulaire, klient, klientka, pacjent, pacjentka, pracownik,
        wnioskodawca, najemca, odbiorca, nadawca, kunde, ansat, modtager, afsender, lejer, ansogger, empfanger,
        absender, mieter
    """,
    "LOCATION": "by, ort, location, ubicacion, lieu",
}

_FILLER_WORDS = "of the de del la el le les du des d l y e et i og und o a nr no num n your my mi mon ma min mit"
_FILLERS = frozenset(_FILLER_WORDS.split())
_ROLE_WORDS = """
    customer client patient employee applicant tenant contact billing shipping delivery user member account owner recipient
    sender primary secondary home work personal emergency buyer seller student insured person guest passenger cliente clientes
    paciente empleado titular trabajador alumno assure salarie klienta klient pacjenta pracownika kunde kunden kundens
    patientens medarbejder s
"""
_ROLES = frozenset(_ROLE_WORDS.split())
_PART = late(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|[^\W\d_]+|\d+")
LONGEST = 48
"""Characters of the longest name of a field."""


@cache
def _table() -> dict[str, tuple[str, bool]]:
    table: dict[str, tuple[str, bool]] = {}
    for names, strong in ((_WEAK, False), (_STRONG, True)):
        for kind, phrases in names.items():
            table.update((" ".join(p.split()), (kind, strong)) for p in phrases.split(","))
    return table


@cache
def last_words() -> frozenset[str]:
    """The words that names of fields end with: a cheap first test."""
    ends = {phrase.split()[-1] for phrase in _table()}
    return frozenset(ends | _ROLES | {"number", "no", "nr", "num", "numer", "nummer"})


def words(name: str) -> list[str]:
    """The words of `customerName`, `customer_name` or `Customer's name`, folded."""
    return [fold(part[0]) for part in _PART.finditer(name)]


@cache
def meaning(name: str) -> tuple[str, bool] | None:
    """(kind, sure) of the values under a name; `None` where it says nothing of people. Unsure ones need a second sign."""
    if not name or len(name) > LONGEST:
        return None
    parts = words(name)
    table = _table()
    plain = [p for p in parts if p not in _FILLERS] or parts
    bare = [p for p in plain if p not in _ROLES]
    for tried in (parts, plain, bare, [p for p in bare if not p.isdigit()]):
        found = table.get(" ".join(tried))
        if found is not None:
            owned = found == ("PERSON", False) and len(tried) < len(plain)
            return ("PERSON", True) if owned else found
    return None


@value
class Field:
    """A value, where it stands, and what its name says: `sure` names need no second sign."""

    start: int
    end: int
    kind: str
    name: str
    sure: bool
    alone: bool = False
    """Stands on a line of its own after an unquoted label, as in a form."""
