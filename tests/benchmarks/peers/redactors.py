"""Spans a peer finds: `python redactors.py NAME < records.jsonl > spans.jsonl`, in the peers' own environment.

Each record is `{"id", "text"}`; the first line written is `{"version", "first_use"}` (seconds until the first text was done,
import included), the last one `{"cpu"}` (seconds for all texts).
"""

import importlib.metadata
import json
import sys
import time


def presidio():
    """Without its language model, which is downloaded apart: patterns and checks only."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

    class Nothing(NlpEngine):
        """Stands for the language model."""

        def load(self):
            pass

        def is_loaded(self):
            return True

        def process_text(self, text, language):
            return NlpArtifacts([], [], [], [], self, language)

        def process_batch(self, texts, language, **_):
            return ((text, self.process_text(text, language)) for text in texts)

        def is_stopword(self, word, language):
            return False

        def is_punct(self, word, language):
            return False

        def get_supported_entities(self):
            return []

        def get_supported_languages(self):
            return ["en"]

    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    registry.recognizers = [r for r in registry.recognizers if "spacy" not in type(r).__name__.lower()]
    engine = AnalyzerEngine(registry=registry, nlp_engine=Nothing(), supported_languages=["en"])
    return "presidio-analyzer", lambda text: [(r.start, r.end, r.entity_type) for r in engine.analyze(text, "en")]


def scrubadub():
    """Without the add-ons that need a model."""
    import scrubadub

    scrubber = scrubadub.Scrubber()
    return "scrubadub", lambda text: [(f.beg, f.end, f.type) for f in scrubber.iter_filth(text)]


def datafog():
    """Its engine of patterns."""
    from datafog.processing.text_processing.regex_annotator import RegexAnnotator

    annotator = RegexAnnotator()

    def spans(text):
        _, found = annotator.annotate_with_spans(text)
        return [(s.start, s.end, s.label) for s in found.spans if s.end > s.start]

    return "datafog", spans


def commonregex():
    """Its patterns, every one of them but times, dates and amounts."""
    import commonregex

    names = ("phone", "email", "ip", "ipv6", "credit_card", "btc_address", "street_address", "link")
    patterns = [(name, getattr(commonregex, name)) for name in names if hasattr(commonregex, name)]
    return "commonregex", lambda text: [(m.start(), m.end(), n) for n, p in patterns for m in p.finditer(text)]


def main():
    began = time.perf_counter()
    package, spans = {"presidio": presidio, "scrubadub": scrubadub, "datafog": datafog, "commonregex": commonregex}[sys.argv[1]]()
    spans("Write to ana@example.org.")
    out = sys.stdout
    print(json.dumps({"version": importlib.metadata.version(package), "first_use": time.perf_counter() - began}), file=out)
    cpu = time.process_time()
    for line in sys.stdin:
        record = json.loads(line)
        try:
            found = sorted(set(spans(record["text"])))
        except (AttributeError, LookupError, TypeError, ValueError, OSError):  # a peer that fails on a text found nothing in it
            found = []
        print(json.dumps({"id": record["id"], "spans": found}), file=out)
    print(json.dumps({"cpu": time.process_time() - cpu}), file=out)


if __name__ == "__main__":
    main()
