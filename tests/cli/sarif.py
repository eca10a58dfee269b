#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds a SARIF log against what the 2.1.0 specification asks of the members it has.

Usage: sarif.py LOG [SOURCE], where the source's path is the URI of every location:
regions then have to lie in it, and fixes have to change it.
"""
import json
import re
import sys
import urllib.parse

# What the schema of SARIF 2.1.0 says of the objects that there are here: members, one
# that it or a code host requires with a '!', and of each its type, the object that it is,
# or [what each of its items is]; [[...]] has at least one.
SHAPES = {
    "sarifLog": {"$schema": "uri", "version!": {"2.1.0"}, "runs!": ["run"]},
    "run": {"tool!": "tool", "columnKind": {"utf16CodeUnits", "unicodeCodePoints"},
            "invocations": ["invocation"], "results": ["result"]},
    "tool": {"driver!": "toolComponent"},
    "toolComponent": {"name!": str, "version": str, "rules": ["reportingDescriptor"]},
    "reportingDescriptor": {
        "id!": str, "name": str, "shortDescription!": "multiformatMessageString",
        "fullDescription!": "multiformatMessageString",
        "help!": "multiformatMessageString", "helpUri": "uri",
        "defaultConfiguration": "reportingConfiguration"},
    "reportingConfiguration": {"level": {"none", "note", "warning", "error"}},
    "multiformatMessageString": {"text!": str, "markdown": str},
    "invocation": {"executionSuccessful!": bool},
    "result": {
        "ruleId": str, "ruleIndex": int, "level": {"none", "note", "warning", "error"},
        "message!": "message", "locations": ["location"],
        "relatedLocations": ["location"], "partialFingerprints": "fingerprints",
        "fixes": ["fix"]},
    "message": {"text!": str},  # or an id, which there is none of
    "location": {"id": int, "physicalLocation": "physicalLocation", "message": "message"},
    "physicalLocation": {"artifactLocation!": "artifactLocation", "region": "region"},
    "artifactLocation": {"uri": str},
    "region": {"startLine": "place", "startColumn": "place", "endLine": "place",
               "endColumn": "place"},
    "fix": {"description": "message", "artifactChanges!": [["artifactChange"]]},
    "artifactChange": {"artifactLocation!": "artifactLocation",
                       "replacements!": [["replacement"]]},
    "replacement": {"deletedRegion!": "region", "insertedContent": "artifactContent"},
    "artifactContent": {"text": str},
}


def expect(truth, what):
    if not truth:
        sys.exit(f"not as SARIF has it: {what}")


def check_scalar(thing, kind, where):
    if isinstance(kind, set):
        expect(thing in kind, f"{where} is {thing}")
    elif kind == "uri":
        expect(isinstance(thing, str) and urllib.parse.urlparse(thing).scheme, where)
    elif kind == "place":
        expect(type(thing) is int and thing >= 1, f"{where} is {thing}")
    elif kind == "fingerprints":
        expect(isinstance(thing, dict) and
               all(isinstance(value, str) for value in thing.values()), where)
    else:
        expect(type(thing) is kind, f"{where} is no {kind.__name__}")


def check_shape(thing, kind, where):
    """`thing` and all that it has are as the schema says of `kind`."""
    if isinstance(kind, list):
        expect(isinstance(thing, list), f"{where} is no array")
        texts = [json.dumps(item, sort_keys=True) for item in thing]
        expect(len(set(texts)) == len(texts), f"{where} has an item twice")
        item = kind[0]
        if isinstance(item, list):
            expect(thing, f"{where} is empty")
            item = item[0]
        for number, one in enumerate(thing):
            check_shape(one, item, f"{where}[{number}]")
    elif isinstance(kind, str) and kind in SHAPES:
        expect(isinstance(thing, dict), f"{where} is no object")
        shape = {name.rstrip("!"): what for name, what in SHAPES[kind].items()}
        required = {name[:-1] for name in SHAPES[kind] if name.endswith("!")}
        expect(required <= set(thing), f"{where} lacks {required - set(thing)}")
        expect(set(thing) <= set(shape), f"{where}: {set(thing) - set(shape)}")
        for name, value in thing.items():
            check_shape(value, shape[name], f"{where}.{name}")
    else:
        check_scalar(thing, kind, where)


def slice_of(region, lines):
    """Start and end of a region as offsets into the text."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    ends = []
    for side in ("start", "end"):
        line, column = region[f"{side}Line"], region[f"{side}Column"]
        expect(line <= len(lines) and column <= len(lines[line - 1]) + 1,
               f"region {region}")
        ends.append(starts[line - 1] + column - 1)
    expect(ends[0] <= ends[1], f"region {region}")
    return ends


def check_place(location, path, lines):
    place = location["physicalLocation"]
    uri = place["artifactLocation"]["uri"]
    expect(re.fullmatch(r"[A-Za-z0-9._~/%:-]+", uri), f"uri {uri}")
    if path is not None:
        expect(urllib.parse.unquote(uri) == path, f"uri {uri}")
        if "region" in place:
            slice_of(place["region"], lines)


def check_fix(fix, text, lines):
    for change in fix["artifactChanges"]:
        for replacement in change["replacements"]:
            begin, end = slice_of(replacement["deletedRegion"], lines)
            new = replacement["insertedContent"]["text"]
            expect(text[begin:end] != new, "a fix that changes nothing")
            expect(not text[begin:end].startswith("\n"), f"a fix at {begin}")


def check_result(result, rules, source):
    path, text, lines = source
    expect(rules[result["ruleIndex"]]["id"] == result["ruleId"], "ruleIndex")
    expect(result["level"] in ("error", "warning"), "level")
    expect(result["message"]["text"], "a message without words")
    for location in result["locations"] + result.get("relatedLocations", []):
        check_place(location, path, lines)
    for print_ in result["partialFingerprints"].values():
        expect(re.fullmatch(r"[0-9a-f]{16}", print_), "a fingerprint")
    for fix in result.get("fixes", []):
        if path is not None:
            check_fix(fix, text, lines)


def main(log_path, path=None):
    with open(log_path, encoding="utf-8") as file:
        log = json.load(file)
    source = (None, "", [])
    if path is not None:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        source = (path, text, text.splitlines(keepends=True))
    check_shape(log, "sarifLog", "the log")
    expect(len(log["runs"]) == 1, "runs")
    run = log["runs"][0]
    driver = run["tool"]["driver"]
    expect(driver["name"] == "vitrine" and driver["version"], "driver")
    ids = [rule["id"] for rule in driver["rules"]]
    expect(len(set(ids)) == len(ids) and ids == sorted(ids), "rules")
    expect(run["invocations"][0]["executionSuccessful"] is ("E001" not in ids), "invocations")
    used = {result["ruleId"] for result in run["results"]}
    expect(set(ids) == used, "rules without results, or the other way round")
    for rule in driver["rules"]:
        expect(rule["shortDescription"]["text"], "a rule without description")
        expect(rule["helpUri"].endswith(rule["id"]), "helpUri")
    for result in run["results"]:
        check_result(result, driver["rules"], source)
    if path is not None:
        results = run["results"]
        expect(any("fixes" in result for result in results), "no fixes")
        expect(any("relatedLocations" in result for result in results), "no second place")


if __name__ == "__main__":
    main(*sys.argv[1:])
