"""Small word lists of our own, English, lower case, matched as whole words."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


REASONING = _words(
    """analyse analyze argue assess compare contrast criticise critique debate deduce derive design determine diagnose
    disprove estimate evaluate explain hypothesise hypothesize implications infer interpret investigate judge justify optimal
    optimise optimize plan predict prioritise prioritize proof prove rationale reason recommend refute simulate solve strategy
    strategies synthesise synthesize tradeoff tradeoffs verify weigh why"""
)
MATHS = _words(
    """algebra angle area average calculate coefficient combinations compute converges cosine cube cubic derivative determinant
    diagonal digits distance divided divisible eigenvalue eigenvalues equation equations expected exponent factorial formula
    fraction function geometry hypotenuse inequality integer integers integral limit logarithm matrices matrix maximise
    maximize mean median minimise minimize modulo multiply perimeter permutations polynomial prime probability product
    quadratic radius ratio regression remainder root roots sequence series sine solve square squared standard statistics sum
    theorem times total triangle variable variance vector velocity"""
)
CODE = _words(
    """algorithm api array async backtrack benchmark bug bugs c++ class code commit compile compiler complexity concurrency css
    database deadlock debug docker exception function git haskell html http index java javascript json kernel kotlin lambda
    linux loop memory method module mutex null parser pointer postgres python query race react recursion recursive refactor
    regex rust script segfault sql stack string swift syntax test tests thread threads traceback type typescript unittest
    variable xml yaml"""
)
EXPERT = _words(
    """acid antibody appeal bacteria causal cell chemical clause clinical constitutional contract court defendant diagnosis
    disease dosage economic electron energy enzyme epistemic equilibrium ethical gene genetic hormone inflation isotope
    jurisdiction kinetics law legal liability medical metaphysical molecule monetary neuron organism patient philosophical
    plaintiff protein quantum receptor reaction statute statutory symptoms syndrome tax therapy thermodynamic tort
    treatment"""
)
CONSTRAINTS = _words(
    """all always avoid between both cannot each ensure every exactly except exclude following format
    include including least max maximum min minimum most must never not only order otherwise per respectively
    rhyme should sorted such unless until using within without"""
)
LAW = _words(
    """act appeal claim clause constitution constitutional contract court crime criminal defendant federal guilty judge
    jurisdiction jury law lawsuit lawyer legal liability liable negligence offer owner plaintiff property prosecution rights
    statute statutory sued tort trial warrant witness"""
)
MEDICINE = _words(
    """acute artery blood bone brain cancer cardiac chronic clinical diagnosis disease disorder dose drug fever heart hormone
    immune infection kidney liver lung medical muscle nerve pain patient physical physician pregnancy renal surgery symptoms
    syndrome therapy tissue treatment tumor vaccine virus"""
)
SCIENCE = _words(
    """acid atom atomic bond cell cells charge chemical compound concentration current density electric electron element energy
    enzyme evolution field force frequency gas gene genes genetic heat ion isotope kinetic light liquid magnetic mass metal
    molecule momentum motion nuclear nucleus orbit organic oxygen particle ph photon planet plants pressure protein quantum
    radiation reaction solution species speed star temperature voltage water wave wavelength"""
)
MONEY = _words(
    """account accounting asset assets bank bond business capital company consumer consumers cost costs debt demand dollars
    earnings economy employees equity expense firm income inflation interest inventory invest investment loan manager market
    monopoly pay price prices product production profit purchase revenue salary sales stock supply tax trade wage"""
)
SOCIETY = _words(
    """ancient argument belief century church civil culture democracy empire ethical ethics government historical history human
    king language moral morality nation party people philosopher philosophy policy political population power president
    religion religious revolution social society state states theory union war women world"""
)
NEGATION = _words(
    "cannot contrary except false incorrect least neither never no none nor not opposite unlike unlikely untrue without wrong"
)
QUANTITY = _words(
    """altogether amount day days difference double each every feet half hour hours inches less many miles minute minutes month
    more much number per percent pounds quarter remaining seconds third times total twice week weeks year years yards"""
)
CREATIVE = _words(
    """article blog brainstorm caption compose describe dialogue draft email essay fictional haiku headline letter list lyrics
    name outline paragraph poem post recipe rewrite scene screenplay slogan song speech story suggest summarize summary title
    tweet write"""
)
FIGURES = _words(
    """one two three four five six seven eight nine ten eleven twelve dozen half hundred million once quarter third thousand
    thrice triple twenty twice double"""
)
PRONOUNS = _words("he her hers him his i it its me my our she their them they us we you your")
CONDITIONS = _words("after although because before however if otherwise since then unless until when whenever whether while")
OPENINGS = {
    "asking": _words("what whats when where is are was were does do did can could"),
    "naming": _words("who whose whom name"),
    "choosing": _words("which select choose identify"),
    "explaining": _words("why explain describe discuss compare analyze analyse evaluate"),
    "how": _words("how"),
    "supposing": _words("if suppose assume let consider assuming"),
    "placing": _words("given for in on at under according from after during as"),
    "making": _words("write create make give generate tell list design implement translate"),
    "computing": _words("compute calculate find determine solve simplify prove express"),
    "stating": _words("the a an this these there"),
}
"""Kinds of first words; no word is of two kinds."""
EASY = _words(
    """bye capital define definition good hello hey hi joke meaning morning name night ok okay please spell synonym synonyms
    thank thanks time translate yes"""
)
CONTINUING = _words(
    """a again ahead and apply both carry commit continue do finish first fix fine go going good great it keep last more
    next no now ok okay on one only perfect please proceed push redo run same second ship so stop sure test that the them
    then these third this those too try up yeah yep yes you"""
)
POINTING = _words("it that this them those these same again")
ASKING = _words("what when where who whose which")
COMMON = _words(
    """a about an and are as at be but by can did do does for from give has have how i if in into is it me my no not of on or
    please should so than that the their then there this to was we what when where which who why will with would write you
    your"""
)
"""A text of some length without any of these is not English."""

LEXICONS = {
    "reasoning": REASONING,
    "maths": MATHS,
    "code": CODE,
    "expert": EXPERT,
    "constraints": CONSTRAINTS,
    "law": LAW,
    "medicine": MEDICINE,
    "science": SCIENCE,
    "money": MONEY,
    "society": SOCIETY,
    "negation": NEGATION,
    "quantity": QUANTITY,
    "creative": CREATIVE,
    "figures": FIGURES,
    "pronouns": PRONOUNS,
    "conditions": CONDITIONS,
    "easy": EASY,
}
