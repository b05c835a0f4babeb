"""Words that tell what stands beside them, by class, in English, Spanish, French, Polish, Danish and German. Our own lists."""

from __future__ import annotations

_CLASSES = {
    # forms of address and offices written before a name
    "T": """
        mr mrs ms miss mx dr prof professor doctor sir madam lord lady dame rev reverend fr father sister brother judge
        justice captain capt colonel col major maj sergeant sgt lieutenant lt general gen president senator sen governor gov
        mayor minister chancellor king queen prince princess duke duchess count countess baron pope bishop archbishop
        cardinal saint st imam sheikh sheik rabbi pastor officer detective inspector agent coach uncle aunt auntie grandma
        grandpa granny mum mom dad daddy mommy hon esq m mm mme mmes mlle mlles monsieur madame mademoiselle docteur maitre
        me professeur juge sr sra srta señor señora señorita senor senora senorita don dona doña doctora profesor profesora
        licenciado licenciada lic juez jueza tio tia pan pani panu pana panem panią pania państwo panstwo panstwa mgr inz
        inż hab ks mec prok sędzia sedzia hr fru frøken froken herr frau fräulein fraulein advokat dommer lektor overlæge
        overlaege lagmand shri smt ustad haji hajji sultan emir swami
    """,
    # opening a letter
    "S": """
        dear hi hello hey hej hola querido querida estimado estimada cher chere bonjour salut kære kaere drogi droga
        szanowny szanowna szanowni witaj czesc cześć liebe lieber hallo sehr greetings yo ciao goddag hejsa hilsen attn cc
        to from
    """,
    # closing a letter
    "R": """
        regards sincerely cheers thanks thank best yours truly faithfully respectfully love warmly saludos atentamente
        cordialmente gracias cordialement salutations amicalement merci pozdrawiam pozdrowienia dziekuje dziękuję
        uszanowaniem wyrazami mvh venlig hilsen hilsner tak grüßen gruß grusse gruss signed signature
    """,
    # introducing a name
    "N": """
        name named names called call nickname surname alias aka nombre nombres apellido apellidos llamo llama llamado
        llamada nom prenom prenoms appelle nomme nommee appele imie imię nazwisko nazywam imieniem nazwiskiem zwany zwana
        navn navne fornavn efternavn hedder kaldet kaldes heiße heisse heißt heisst namens vorname nachname author authored
        by interviewee patient client candidate applicant contact
    """,
    # kin and friends
    "K": """
        brother sister mother father son daughter wife husband friend boyfriend girlfriend cousin uncle aunt nephew niece
        boss colleague neighbor neighbour roommate fiance fiancee mate buddy hermano hermana madre padre hijo hija esposa
        esposo marido mujer amigo amiga novio novia primo prima jefe jefa abuelo abuela frere soeur sœur mere pere fils
        fille epouse epoux mari femme ami amie cousine grandmere brat siostra matka ojciec syn corka córka zona żona maz mąż
        przyjaciel kolega kolezanka babcia dziadek bror søster soster mor far søn datter kone mand ven veninde kollega chef
        bruder schwester mutter vater sohn tochter frau mann freund freundin parents parent child children twins twin baby
        dog cat puppy kitten
    """,
    # what people do and say
    "V": """
        said says say asked asks replied told tells thinks thought felt feels smiled laughed nodded whispered shouted
        answered added explained wrote writes met loves loved married born died lives lived works worked dijo dice pregunto
        respondio declaro nacio murio vive trabaja escribe dit repondit declara demanda affirme affirma ne naquit mourut
        habite travaille soutient allegue powiedzial powiedziała rzekl mowi mówi odpowiedzial urodzil urodzony urodzona
        mieszka pracuje napisal zmarl sagde siger spurgte svarede forklarede født fodt døde dode bor arbejder skrev mødte
        blev sagte sagt fragte antwortete wohnt arbeitet geboren
    """,
    # roles at court and at work
    "J": """
        applicant applicants plaintiff defendant appellant witness accused lawyer lawyers attorney counsel barrister
        solicitor agent national citizen judge prosecutor victim requerant requerante requerants avocat avocate avocats
        ressortissant ressortissants temoin juge procureur demandante demandantes demandado abogado abogada abogados agente
        nacional ciudadano ciudadana testigo juez fiscal recurrente skarzacy skarżący skarzaca adwokat radca prawny obywatel
        swiadek świadek sedzia powod pozwany pelnomocnik wnioskodawca klager klageren klagerens sagsøger sagsoger sagsøgte
        sagsogte sagsøgeren tiltalte vidne advokat dommer anklager borger statsborger afdøde afdode patient patienten
        director ceo cto cfo founder manager president chairman chairwoman chair supervisor editor producer secretary
        treasurer engineer teacher student actor actress singer artist author writer composer directed produced written
        starring starred representative representatives represented representado representada represente representee
        reprezentowany
    """,
    # legal forms and endings of firms
    "O": """
        inc ltd llc llp corp corporation company co plc gmbh ag sa sas sarl srl spa bv nv ab asa oy kg kgaa lp pte pty pvt
        limited holdings holding group groupe grupo grupa gruppe sl slu sicav sp zoo spzoo spolka spółka akcyjna aps ivs
        amba as fmba partners associates foundation fundacja fondation fundacion fonden stiftung trust fund ventures capital
        bank technologies solutions systems industries enterprises studios pictures entertainment records media labs
        consulting services logistics pharma pharmaceuticals
    """,
    # kinds of institutions
    "H": """
        university college school institute academy hospital clinic ministry department agency council committee commission
        court association society union federation party church club team museum library police army bureau office
        organization organisation center centre laboratory universite faculte ecole lycee hopital clinique ministere
        departement conseil comite tribunal cour societe syndicat eglise musee bibliotheque prefecture mairie universidad
        colegio escuela instituto clinica ministerio departamento consejo juzgado audiencia asociacion sociedad sindicato
        iglesia museo biblioteca ayuntamiento uniwersytet politechnika szkola szkoła liceum instytut akademia szpital
        przychodnia ministerstwo urzad urząd rada sad sąd prokuratura stowarzyszenie towarzystwo zwiazek kosciol muzeum
        biblioteka gmina universitet skole gymnasium institut akademi sygehus klinik ministerium ministeriet styrelse
        styrelsen kommune kommunen region regionen ret retten landsret byret højesteret hojesteret forening foreningen
        selskab selskabet kirke bibliotek politi politiet universität hochschule schule krankenhaus gericht embassy
        consulate airport station hotel restaurant store shop mall
    """,
    # parts of addresses
    "A": """
        street st road rd avenue ave boulevard blvd lane ln drive court square sq place plaza way highway hwy route terrace
        crescent parkway alley calle avenida avda paseo camino carretera rue chemin allee allée impasse quai cours ulica ul
        aleja al aleje plac pl osiedle os rondo skwer vej gade alle allé vænge strasse straße platz weg apt suite unit floor
        building po box zip postcode cp code kod
    """,
    # before and around places
    "P": """
        in at near from to through via around across towards toward outside visiting visited visit travel traveled moved
        city town village county district region province state country island river lake mountain mount bay en desde hacia
        ciudad pueblo villa provincia estado pais isla rio lago dans à vers ville commune departement etat pays ile riviere
        w we z ze do miasto miasta wies wieś wojewodztwo województwo powiat kraj rzeka jezioro i fra til ved nær byen by
        landsby kommune amt land ø nach aus stadt dorf kreis bundesland located based headquartered resident residing
        exerçant residente residant zamieszkaly zamieszkały bosat bosiddende wohnhaft north south east west northern
        southern eastern western nord sud est ouest norte sur este oeste
    """,
    # months and days
    "M": """
        january february march april may june july august september october november december jan feb mar apr jun jul aug
        sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday enero febrero marzo abril mayo junio
        julio agosto septiembre octubre noviembre diciembre lunes martes miercoles jueves viernes sabado domingo janvier
        fevrier mars avril mai juin juillet aout septembre octobre novembre decembre lundi mardi mercredi jeudi vendredi
        samedi dimanche stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia
        styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien poniedzialek wtorek sroda czwartek piatek sobota
        niedziela januar februar marts juni juli oktober mandag tirsdag onsdag torsdag fredag lørdag lordag søndag sondag
        märz dezember montag dienstag mittwoch donnerstag freitag samstag sonntag am pm
    """,
    # of a country or a faith
    "E": """
        american british english french german italian spanish polish danish swedish norwegian finnish dutch belgian swiss
        austrian czech slovak hungarian romanian bulgarian greek turkish russian ukrainian chinese japanese korean indian
        pakistani arab arabic african european asian israeli iranian iraqi syrian egyptian mexican canadian australian
        brazilian argentine portuguese irish scottish welsh latin christian muslim jewish catholic protestant islamic
        buddhist hindu turc turque turcs francais francaise anglais anglaise allemand allemande italien italienne polonais
        polonaise suedois suedoise espagnol espagnole turco turca frances francesa ingles inglesa aleman alemana italiano
        italiana polaco polaca español española espanol espanola britanico polski polska polskiego polskiej niemiecki
        angielski francuski dansk danske danskere svensk svenske norsk norske tysk tyske engelsk engelske fransk franske
        polsk polske tyrkisk tyrkiske deutsch deutsche deutschen
    """,
    # before numbers of persons and cases
    "D": """
        id no nr nos number num numero numer n° application applications case cases file ref reference account passport
        invoice order ticket requete requetes demanda demandas expediente dossier sygn akt sprawy pesel nip regon dowod
        paszport sag sagsnr journalnummer cpr license licence licencia permit policy ssn nhs nino dni nie nif tel phone fax
        mobile cell teléfono telefono téléphone telefon tlf mrn vin iban bic swift serial
    """,
    # capitalised in documents, and nobody
    "C": """
        the government court convention article section chapter act law protocol rule rules committee state states
        commission chamber figure table appendix page question answer option step note example introduction conclusion
        summary title abstract part volume unit lesson week day phase level grade class
    """,
    # linking the parts of a name
    "L": """
        de la le les du des del los las van von der den di da do dos della y e et und og i of and al el bin ibn ben abu ter
        ten
    """,
}
CLASS_OF: dict[str, str] = {}
for _name, _words in reversed(_CLASSES.items()):
    CLASS_OF.update(dict.fromkeys(_words.split(), _name))
"""Folded word to class; where a word is in several, the first class in the list above holds."""
