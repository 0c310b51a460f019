"""check_json.py PROGRAM: the documents of schema unheap.hot/1 as a strict reader sees them.

PROGRAM is build/test/report_test_page, which writes them from evidence made by hand. Prints TAP."""
import json
import subprocess
import sys

FIELDS = {
    "document": "schema go_version sample_type unit total explained unexplained causes sites",
    "unexplained": "function file line value why",
    "cause": "id text file line column category value share low high samples sites story",
    "step": "file line column text",
    "site": "id package function file line column kind text? copies inlined_at? type? size? verdict"
            " reason cause value share low high samples cumulative ambiguous",
    "call": "function file line column?",
}
KINDS = set("new composite variable make_slice make_map make_chan slice_literal map_literal append"
            " closure method_value interface variadic string_concat string_to_bytes bytes_to_string"
            " runes go defer map_growth reflect cgo runtime other".split())
VERDICTS = {"heap", "stack", "maybe", "elided", "none"}
INTEGERS = set("total explained line column value low high samples copies size cumulative".split())
TEXTS = set("schema go_version sample_type unit function file why id text category package kind type"
            " verdict reason cause".split())


def no_duplicates(pairs):
    assert len({name for name, _ in pairs}) == len(pairs), "a name twice in one object"
    return dict(pairs)


def check_fields(kind, element):
    """The contract's fields in its order, then others."""
    names = list(element)
    for wanted in FIELDS[kind].split():
        name = wanted.rstrip("?")
        if names and names[0] == name:
            names.pop(0)
        else:
            assert wanted.endswith("?"), "%s: %s is missing or late" % (kind, name)
    known = {name.rstrip("?") for name in FIELDS[kind].split()}
    assert not known & set(names), "%s: out of order: %s" % (kind, known & set(names))
    for name, value in element.items():
        if name in INTEGERS:
            assert type(value) is int, "%s.%s is not an integer" % (kind, name)
        elif name in TEXTS:
            assert isinstance(value, str), "%s.%s is not a text" % (kind, name)
        elif name == "share":
            assert isinstance(value, float) and 0 <= value <= 1, "%s.share" % kind
        elif name == "ambiguous":
            assert isinstance(value, bool)


def check_causes(document, sites):
    for cause in document["causes"]:
        check_fields("cause", cause)
        for step in cause["story"]:
            check_fields("step", step)
        assert set(cause["sites"]) <= set(sites), "a site that is not there"
        assert [part["site"] for part in cause["parts"]] == cause["sites"]
        assert sum(part["value"] for part in cause["parts"]) == cause["value"], "parts do not add up"
        assert abs(cause["share"] - cause["value"] / document["total"]) < 1e-8
        assert cause["low"] <= cause["value"] <= cause["high"]


def check_sites(document, cause_ids):
    spent = {}
    for cause in document["causes"]:
        for part in cause["parts"]:
            spent[part["site"]] = spent.get(part["site"], 0) + part["value"]
    for site in document["sites"]:
        check_fields("site", site)
        for call in site.get("inlined_at", []):
            check_fields("call", call)
        assert site["kind"] in KINDS and site["verdict"] in VERDICTS
        assert site["cause"] in cause_ids and site["copies"] >= 1
        assert spent.get(site["id"], 0) == site["value"], "a site's bytes are not all in causes"


def check(document):
    check_fields("document", document)
    assert document["schema"] == "unheap.hot/1"
    sites = [site["id"] for site in document["sites"]]
    causes = [cause["id"] for cause in document["causes"]]
    assert len(set(sites)) == len(sites) and len(set(causes)) == len(causes), "ids are not unique"
    for unexplained in document["unexplained"]:
        check_fields("unexplained", unexplained)
    check_causes(document, sites)
    check_sites(document, set(causes))
    explained = sum(cause["value"] for cause in document["causes"])
    rest = sum(unexplained["value"] for unexplained in document["unexplained"])
    assert explained == document["explained"], "E1: causes"
    assert explained + rest == document["total"], "E1: total"


def read(program, sample):
    text = subprocess.run([program, sample, "json"], check=True, stdout=subprocess.PIPE).stdout
    return json.loads(text.decode("utf-8", "strict"), object_pairs_hook=no_duplicates)


def spoiled(document):
    """Documents that the checks must refuse."""
    for spoil in (lambda d: d.update(total=d["total"] + 1),
                  lambda d: d["causes"][0].update(value=d["causes"][0]["value"] - 1),
                  lambda d: d["causes"][0]["sites"].append("s999"),
                  lambda d: d["sites"][0].update(line=1.0),
                  lambda d: d["sites"][0].pop("reason"),
                  lambda d: d["sites"][0].update(kind="thing")):
        copy = json.loads(json.dumps(document))
        spoil(copy)
        yield copy


def main():
    program = sys.argv[1]
    number = failures = 0

    def tell(passed, name):
        nonlocal number, failures
        number += 1
        failures += not passed
        print("%s %d - %s" % ("ok" if passed else "not ok", number, name))

    for sample in ("shop", "hostile", "big", "empty"):
        try:
            check(read(program, sample))
            tell(True, sample)
        except (AssertionError, ValueError) as error:
            tell(False, "%s: %s" % (sample, error))
    for i, document in enumerate(spoiled(read(program, "shop"))):
        try:
            check(document)
            tell(False, "a document spoiled in way %d was let through" % i)
        except (AssertionError, ValueError):
            tell(True, "a document spoiled in way %d is refused" % i)
    return failures != 0


sys.exit(main())
