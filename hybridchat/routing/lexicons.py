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
