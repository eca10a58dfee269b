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

KNOWN = {
    "log": {"$schema", "version", "runs"},
    "run": {"tool", "columnKind", "invocations", "results"},
    "driver": {"name", "version", "rules"},
    "rule": {"id", "name", "shortDescription", "helpUri", "defaultConfiguration"},
    "result": {"ruleId", "ruleIndex", "level", "message", "locations",
               "relatedLocations", "partialFingerprints", "fixes"},
    "region": {"startLine", "startColumn", "endLine", "endColumn"},
}


def expect(truth, what):
    if not truth:
        sys.exit(f"not as SARIF has it: {what}")


def members(thing, kind):
    expect(isinstance(thing, dict), kind)
    expect(set(thing) <= KNOWN[kind], f"{kind}: {set(thing) - KNOWN[kind]}")


def text_of(message):
    expect(list(message) == ["text"] and isinstance(message["text"], str), "a message")
    return message["text"]


def slice_of(region, lines):
    """Start and end of a region as offsets into the text."""
    members(region, "region")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    ends = []
    for side in ("start", "end"):
        line, column = region[f"{side}Line"], region[f"{side}Column"]
        expect(1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1,
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
    text_of(fix["description"])
    for change in fix["artifactChanges"]:
        for replacement in change["replacements"]:
            begin, end = slice_of(replacement["deletedRegion"], lines)
            new = text_of(replacement["insertedContent"])
            expect(text[begin:end] != new, "a fix that changes nothing")
            expect(not text[begin:end].startswith("\n"), f"a fix at {begin}")


def check_result(result, rules, source):
    path, text, lines = source
    members(result, "result")
    rule = rules[result["ruleIndex"]]
    expect(rule["id"] == result["ruleId"], "ruleIndex")
    expect(result["level"] in ("error", "warning"), "level")
    expect(text_of(result["message"]), "a message without words")
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
    members(log, "log")
    expect(log["version"] == "2.1.0" and len(log["runs"]) == 1, "version, runs")
    run = log["runs"][0]
    members(run, "run")
    expect(run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints"), "columnKind")
    expect(run["invocations"][0]["executionSuccessful"] is True, "invocations")
    driver = run["tool"]["driver"]
    members(driver, "driver")
    expect(driver["name"] == "vitrine" and driver["version"], "driver")
    ids = [rule["id"] for rule in driver["rules"]]
    expect(len(set(ids)) == len(ids) and ids == sorted(ids), "rules")
    for rule in driver["rules"]:
        members(rule, "rule")
        expect(text_of(rule["shortDescription"]), "a rule without description")
        expect(urllib.parse.urlparse(rule["helpUri"]).scheme, "helpUri is not absolute")
        expect(rule["helpUri"].endswith(rule["id"]), "helpUri")
    for result in run["results"]:
        check_result(result, driver["rules"], source)
    if path is not None:
        results = run["results"]
        expect(any("fixes" in result for result in results), "no fixes")
        expect(any("relatedLocations" in result for result in results), "no second place")


if __name__ == "__main__":
    main(*sys.argv[1:])
