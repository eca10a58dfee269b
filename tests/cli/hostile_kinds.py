# SPDX-License-Identifier: Apache-2.0
"""Rules that somebody wrote to harm whoever compiles them or scans with them.

KINDS is what hostile_rules.py runs: a name, and a function that gives the files, of which
the first is compiled.  `refused` says that there has to be an error, `taken` that there
has to be none; `limited` that a scan has to say which limit it hit.
"""
import collections

Kind = collections.namedtuple("Kind", "name make verdict limited extra")
KINDS = []
TAKEN, REFUSED, EITHER = "taken", "refused", "either"


def kind(name, verdict=EITHER, limited=False, extra=()):
    def add(make):
        KINDS.append(Kind(name, make, verdict, limited, tuple(extra)))
        return make
    return add


# What the numbers of the large kinds are divided by: see hostile_rules.py.
divisor = 1


def many(count):
    return count // divisor


def rule(strings, condition="any of them", imports="", tags="", meta=""):
    text = "".join(f'import "{module}"\n' for module in imports.split())
    text += "rule hostile" + (f" : {tags}" if tags else "") + " {\n"
    text += f"meta:\n{meta}\n" if meta else ""
    if strings:
        lines = [f"    $s{i} = {string}" for i, string in enumerate(strings)]
        text += "strings:\n" + "\n".join(lines) + "\n"
    return text + f"condition:\n    {condition}\n}}\n"


def one(name, text, verdict=EITHER, limited=False):
    """A kind that is one short text."""
    KINDS.append(Kind(name, lambda: text, verdict, limited, ()))


def words(count, length=8):
    """Different texts of small letters."""
    return ["".join(chr(97 + i * 7 // 26 ** k % 26) for k in range(length))
            for i in range(count)]


# Regular expressions.
one("nested quantifiers", rule(["/(a+)+b/"]), TAKEN)
one("nested counted quantifiers", rule(["/((a{1,100}){1,100}){1,100}/"]), TAKEN)
one("nested counted quantifiers, four", rule(["/((((a{1,90}){1,90}){1,90}){1,90})b/"]))
one("the end of (a|aa)+", rule(["/(a|aa)+$/"]))
one("(a*)*", rule(["/x(a*)*y/", "/(a*)*(a*)*(a*)*b/"]))
one("quadratic expressions", rule(["/a.*a.*a.*a.*b/s", "/a[^z]*[^z]*[^z]*z/"]))
one("backtracking without end", rule(["/a(a{1,10}){1,10}b/"]), TAKEN)
one("empty-matching expressions", rule(["/a*/", "/(a|b*)/", "/(a?){50}/", "/$/", "/^/",
                                        "/\\b/", "/(a?|b?)*/"]))
one("a condition's expression", rule([], 'math.to_string(1) matches /(a+)+$/ or '
                                     '"' + "a" * 5000 + '!" matches /^(a|aa)+$/', "math"))
one("largest repetition", rule(["/a{32767}/", "/(ab{32767}){32767}/", "/a{0,32767}b/"]))
one("repetition past the limit", rule(["/a{32768}/"]), REFUSED)
one("wide repetitions", rule(["/(ab|c.){1,1000}z/ wide ascii nocase"]))


@kind("10,000 alternatives in an expression")
def _():
    return rule(["/" + "|".join(words(10000)) + "/"])


@kind("10,000 alternatives in a group")
def _():
    return rule(["/(" + "|".join(words(10000)) + ")+z/ nocase"])


@kind("10,000 single characters as alternatives")
def _():
    return rule(["/x(" + "|".join("abcdefghij" * 1000) + ")*y/"])


@kind("100 nested groups")
def _():
    return rule(["/" + "(" * 100 + "ab" + ")" * 100 + "/"])


@kind("101 nested groups", REFUSED)
def _():
    return rule(["/" + "(" * 101 + "ab" + ")" * 101 + "/"])


@kind("100 nested repeated groups")
def _():
    return rule(["/x" + "(" * 100 + "ab" + ")+" * 100 + "/"])


@kind("a million nested groups", REFUSED)
def _():
    return rule(["/" + "(" * 1000000 + "ab" + ")" * 1000000 + "/"])


@kind("10,000 classes")
def _():
    return rule(["/" + "[a-y]" * 10000 + "/"])


@kind("1 MB expression")
def _():
    return rule(["/" + "abcdefgh" * 131072 + "/"])


@kind("64 MB expression", REFUSED)
def _():
    return rule(["/" + "a" * many(64 << 20) + "/"])


@kind("1,000 expressions that backtrack")
def _():
    return rule([f"/a{chr(97 + i % 26)}?(a{{1,10}}){{1,{10 + i % 90}}}b{i}/"
                 for i in range(1000)])


@kind("1,000 expressions without an atom")
def _():
    return rule([f"/[a-z]{{{1 + i % 50}}}[^{i:05d}]*\\x01{{{i + 1}}}/" for i in range(1000)])


# Hex strings.
one("huge jumps", rule(["{ 61 [0-2000000000] 61 [1-2147483647] 62 }", "{ 61 [-] 61 [-] 62 }"]))
one("a jump past the limit", rule(["{ 61 [0-99999999999999999999] 62 }"]), REFUSED)
one("hex wildcards alone", rule(["{ ?? ?? ?? ?? }", "{ ?? [0-200] ?? }", "{ 6? ?1 }"]))


@kind("chain of 1,000 jumps")
def _():
    return rule(["{ " + "61 61 [0-500] " * 1000 + "61 62 }"])


@kind("chain of 1,000 unbounded jumps")
def _():
    return rule(["{ " + "61 [-] " * 1000 + "62 }"])


@kind("1,000 short jumps in one piece")
def _():
    return rule(["{ 61 61 61 61 " + "[0-100] 61 " * 1000 + "62 }"])


@kind("10,000 hex alternatives")
def _():
    return rule(["{ (" + " | ".join(word.encode().hex(" ") for word in words(10000)) + ") 7A }"])


@kind("64 nested hex alternatives")
def _():
    return rule(["{ 61 " + "( 61 | 62 " * 64 + ")" * 64 + " 63 }"])


@kind("100,000 nested hex alternatives", REFUSED)
def _():
    return rule(["{ 61 " + "( 61 | 62 " * 100000 + ")" * 100000 + " 63 }"])


@kind("20 hex alternatives in a row")
def _():
    return rule(["{ 61 61 61 61 " + "( 61 | 61 61 ) " * 20 + "62 }"])


@kind("1 MB hex string")
def _():
    return rule(["{ " + "61 ?? " * 174762 + "62 }"])


# Many strings, rules and names.
@kind("100,000 strings in a rule", TAKEN)
def _():
    return rule([f'"{word}{i}"' for i, word in enumerate(words(100000))])


@kind("10,000 strings of one byte", TAKEN)
def _():
    return rule(['"a"' for i in range(10000)], "all of them")


@kind("100 strings that match everywhere", TAKEN)
def _():
    return rule(['"' + "a" * (i + 4) + '"' for i in range(100)], "for all of them : (# > 1000001)")


@kind("100,000 rules", TAKEN)
def _():
    return "".join(f'rule r{i} {{ strings: $a = "{word}{i}" condition: $a }}\n'
                   for i, word in enumerate(words(many(100000))))


@kind("50,000 rules that each ask for the one before", TAKEN)
def _():
    return "rule r0 { condition: filesize > 0 }\n" + "".join(
        f"rule r{i} {{ condition: r{i - 1} }}\n" for i in range(1, many(50000)))


@kind("60,000 warnings on long lines", TAKEN)
def _():
    line = " or ".join(["filesize == 1"] * 235)
    return rule([], " or\n".join([line] * many(250)))


@kind("20,000 rules that ask for all before")
def _():
    return "".join(f"rule r{i} {{ condition: {'all of (r*)' if i else 'true'} }}\n"
                   for i in range(many(20000)))


@kind("20,000 rules of one name", REFUSED)
def _():
    return "rule same { condition: true }\n" * 20000


@kind("100,000 errors", REFUSED)
def _():
    return "".join(f"rule r{i} {{ condition: $nothing{i} }}\n" for i in range(many(100000)))


@kind("100,000 words that are no rule", REFUSED)
def _():
    return "rule { condition $ = } \n" * 25000


@kind("xor with 256 keys on 5,000 strings", TAKEN)
def _():
    return rule([f'"{word}{i}" xor' for i, word in enumerate(words(many(5000)))])


@kind("xor and wide on short strings", TAKEN)
def _():
    return rule([f'"{chr(97 + i % 26)}{i % 10}" xor ascii wide' for i in range(260)])


@kind("base64 of long texts")
def _():
    return rule([f'"{word * 1000}" base64 base64wide' for word in words(100)])


@kind("nocase of long texts", TAKEN)
def _():
    return rule([f'"{"aA" * 4096}{i}" nocase wide ascii' for i in range(100)])


@kind("1 MB names", REFUSED)
def _():
    return "rule " + "n" * (1 << 20) + " { strings: $" + "s" * (1 << 20) + ' = "abc" condition: any of them }'


@kind("1 MB text", TAKEN)
def _():
    return rule(['"' + "a" * (1 << 20) + '"'])


@kind("100,000 entries of metadata", TAKEN)
def _():
    return rule([], "true", meta="\n".join(f'    m{i} = "{i}"' for i in range(100000)))


@kind("10,000 tags", TAKEN)
def _():
    return rule([], "true", tags=" ".join(f"t{i}" for i in range(10000)))


@kind("10,000 tags of one name")
def _():
    return rule([], "true", tags="same " * 10000)


# Conditions.
@kind("1 MB of or", TAKEN)
def _():
    return rule([], " or ".join(["filesize == 1"] * 60000))


@kind("1 MB of and with strings", TAKEN)
def _():
    return rule(['"aaaa"'], " and ".join(["#s0 > 3"] * 80000))


@kind("1 MB of not", EITHER)
def _():
    return rule([], "not " * 250000 + "true")


@kind("1 MB of parentheses", REFUSED)
def _():
    return rule([], "(" * 500000 + "true" + ")" * 500000)


@kind("1 MB of open parentheses", REFUSED)
def _():
    return rule([], "(" * 1000000)


@kind("1 MB of additions", TAKEN)
def _():
    return rule([], " + ".join(["filesize"] * 95000) + " == 3")


@kind("1 MB of minus signs")
def _():
    return rule([], "- " * 500000 + "1 == 1")


@kind("1 MB of bitwise not")
def _():
    return rule([], "~" * 1000000 + "1 == 1")


@kind("100,000 and in or in and")
def _():
    return rule([], "(filesize == 1 and " * 190 + "true" + ")" * 190 + (
        " or (filesize > 2 and filesize < 1)" * 30000))


@kind("150 and in or in and, strings first", TAKEN)
def _():
    return rule(['"aaaa"'], "(" * 150 + "$s0" + " and $s0) or $s0)" * 75)


@kind("100,000 uses of any of 50,000 strings", TAKEN)
def _():
    return rule([f'"{word}{i}"' for i, word in enumerate(words(many(50000)))],
                f"for any of them : ({' or '.join(['$ at 3'] * many(100000))})")


@kind("numbers of quantifiers in each other", REFUSED)
def _():
    number = "#s0"
    for _ in range(40):
        number = f"math.to_number({number} of (true, $s0))"
    return rule(['"aaaa"'], f"{number} == 1", "math")


@kind("indices before keys in each other", REFUSED)
def _():
    number = "filesize"
    for _ in range(40):
        text = f'tests.empty_struct_array[{number}].struct_dict["k"].unused'
        number = f"string.to_int({text})"
    return rule([], f"{number} == 1", "string tests")


@kind("100,000 comparisons of different texts")
def _():
    return rule([], " or ".join(f'pe.imphash() == "{i:032x}"' for i in range(20000)), "pe")


@kind("a list of 100,000 values", TAKEN)
def _():
    return rule([], f"for any i in ({', '.join(map(str, range(100000)))}) : (i == filesize)")


@kind("lists of 300 values in each other", TAKEN, limited=True)
def _():
    values = ", ".join(map(str, range(300)))
    return rule([], "".join(f"for all v{i} in ({values}) : (" for i in range(16)) +
                "v0 + v15 >= 0" + ")" * 16)


@kind("sets of 100,000 strings")
def _():
    names = ", ".join(f"$s{i}" for i in range(20000))
    return rule([f'"{word}{i}"' for i, word in enumerate(words(20000))],
                f"any of ({names}) or all of ({names}) or 3 of ($s*, $s1*, $s2*)")


@kind("sets of strings, 2,000 times")
def _():
    return rule([f'"{word}{i}"' for i, word in enumerate(words(5000))],
                " or ".join(["2 of ($s*)"] * many(2000)))


@kind("a set for each of 40,000 strings", TAKEN)
def _():
    return rule([f'"{word}{i}"' for i, word in enumerate(words(many(40000)))],
                " or ".join(f"any of ($s{i}*)" for i in range(many(20000))))


@kind("50,000 strings that are misspelt", REFUSED)
def _():
    return rule([f'"{word}{i}"' for i, word in enumerate(words(2000))],
                " or ".join(f"$unheard_of_{i:05}" for i in range(many(50000))))


def loops(depth, body, bound="filesize"):
    head = "".join(f"for all v{i} in (0..{bound}) : (" for i in range(depth))
    return head + body + ")" * depth


one("16 nested loops", rule([], loops(16, "v0 + v15 >= 0")), TAKEN, limited=True)
one("17 nested loops", rule([], loops(17, "v0 + v16 >= 0")), REFUSED)
one("a loop over all integers", rule([], loops(1, "v0 >= 0", "9223372036854775807")), TAKEN,
    limited=True)
one("100,000 nested loops", rule([], loops(100000, "true")), REFUSED)
one("a loop over matches in loops", rule(['"a"'], loops(3, "#s0 in (v0..v1) >= 0 and "
                                                        "@s0[v2] >= 0")))
one("strings in ranges in a loop", rule(['"a"', '"aa"', '"aaa"'],
                                        loops(2, "any of them in (v0..v1) or true")))
one("reads in loops", rule([], loops(2, "uint32be(v0) + uint8(v1) >= 0")))
one("texts in loops", rule([], loops(1, '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab" icontains "ab"')))
one("expressions in loops", rule([], loops(1, '"' + "a" * 2000 + '" matches /(a|aa)*c/')))


@kind("200 nested with")
def _():
    return rule([], "".join(f"with v{i} = filesize + {i} : (" for i in range(199)) + "true" + ")" * 199)


@kind("nested bool tuples")
def _():
    return rule([], "any of (" * 150 + "filesize == 1, true" + ")" * 150)


@kind("a bool tuple of 60,000", TAKEN)
def _():
    return rule([], "3 of (" + ", ".join(["filesize == 1"] * 60000) + ")")


# Modules.
one("a digest at each offset", rule([], 'for all i in (0..filesize) : '
                                    '(hash.md5(i, filesize) != "x")', "hash"), TAKEN,
    limited=True)
one("checksums in nested loops", rule([], loops(2, "hash.crc32(v0, v1) + "
                                                "hash.checksum32(v1, filesize) >= 0"), "hash"))
one("entropy in nested loops", rule([], loops(2, "math.entropy(v0, filesize) >= 0.0 or "
                                              "math.serial_correlation(v1, filesize) > 2.0"),
                                    "math"))
one("statistics in a loop", rule([], loops(1, "math.monte_carlo_pi(0, filesize) >= 0.0 and "
                                           "math.deviation(0, filesize, 1.0) >= 0.0 and "
                                           "math.count(1, 0, filesize) >= 0 and "
                                           "math.mode(0, filesize) >= 0 and "
                                           "math.percentage(1, 0, filesize) >= 0.0"), "math"))
one("numbers of long texts", rule([], loops(1, f'string.to_int("{"1" * 10000}") >= 0 or '
                                            f'string.length("{"1" * 10000}") > 0'), "string"))
one("imports by evil expressions", rule([], loops(1, "pe.imports(/(a|aa)+$/i, /((.*)*)*x/) + "
                                                  "pe.exports_index(/(.+)+z/) >= 0 or true"),
                                        "pe"))
one("loops over what modules have", rule([], "for all a in pe.sections : (for all b in "
                                         "pe.sections : (for all c in pe.import_details : ("
                                         "for all d in c.functions : (for all v in (0..filesize)"
                                         " : (a.name == b.name or v >= 0 or d.name == \"\")))))",
                                         "pe"))
one("loops over the sections of ELF", rule([], "for all a in elf.sections : (for all b in "
                                           "elf.symtab : (for all c in elf.symtab : ("
                                           "b.name != c.name or a.offset >= 0 or true)))",
                                           "elf"))
one("loops over dotnet", rule([], "for all a in dotnet.classes : (for all b in a.methods : "
                              "(for all i in (0..filesize) : (b.name != \"\" or i >= 0)))",
                              "dotnet"))
one("functions of formats in a loop", rule([], loops(1, "pe.calculate_checksum() >= 0 or "
                                                     "elf.telfhash() == \"\" or "
                                                     "pe.rva_to_offset(v0) >= 0 or "
                                                     "pe.section_index(v0) >= 0 or true"),
                                           "pe elf"))
one("a flood of console.log", rule([], loops(1, 'console.log("hostile ", v0) or true'),
                                   "console"))


@kind("long texts to console.log")
def _():
    return rule([], loops(1, f'console.log("{"x" * 10000}")'), "console")


@kind("100,000 calls of modules")
def _():
    return rule([], " or ".join(f"math.abs({i}) == 200000" for i in range(40000)), "math")


# Sources.
@kind("includes that include themselves", REFUSED)
def _():
    return {"rules.yar": 'include "rules.yar"\n' * 1000 + rule([], "true")}


@kind("two files that include each other", REFUSED)
def _():
    return {"rules.yar": 'include "other.yar"\n' + rule([], "true"),
            "other.yar": 'include "rules.yar"\n'}


@kind("1,000 includes in each other", REFUSED)
def _():
    files = {"rules.yar": 'include "i0.yar"\n'}
    files.update({f"i{i}.yar": f'include "i{i + 1}.yar"\n' for i in range(1000)})
    return files


@kind("10,000 imports")
def _():
    return 'import "pe"\n' * 10000 + rule([], "pe.is_pe")


@kind("1 MB of open comment", REFUSED)
def _():
    return "/*" * 500000


@kind("1 MB on a line of errors", REFUSED)
def _():
    return "rule x { condition: " + "$ " * 500000 + "}"


@kind("60,000 names that are nearly those of rules", REFUSED)
def _():
    name = "abcdefgh" * 7
    return "".join(f"rule {name}{i:04d}xx {{ condition: true }}\n" for i in range(200)) + rule(
        [], " or ".join(f"{name}{i:05d}" for i in range(many(60000))))


@kind("1 MB of modifiers of no rule", REFUSED)
def _():
    return "rule " + "private " * 130000


@kind("1 MB of modifiers of a string", REFUSED)
def _():
    return 'rule x { strings: $a = "abc" ' + "private " * 130000 + "condition: $a }"


@kind("1 MB of random bytes", REFUSED)
def _():
    import random
    return random.Random(3).randbytes(1 << 20)


# A report of the sandbox that somebody wrote to harm whoever reads it.
CUCKOO = rule([], 'cuckoo.network.http_request(/(a|aa)+$/) == 1 or '
              'cuckoo.network.host(/x*y*z/) == 1 or cuckoo.sync.mutex(/(a+)+b/) == 1', "cuckoo")


def report(name, text):
    KINDS.append(Kind(name, lambda: {"rules.yar": CUCKOO, "report.json": text()}, TAKEN, False,
                      ("-x", "cuckoo=report.json")))


report("a report of nested arrays", lambda: "[" * 1000000)
report("a report of nested objects", lambda: '{"network":' * 200000 + "1" + "}" * 200000)
report("a report of 100,000 requests", lambda: '{"network":{"http":[' + ",".join(
    ['{"uri":"' + "a" * 60 + '!","method":"GET"}'] * 30000) + ']},"behavior":{"summary":'
    '{"mutexes":[' + ",".join(['"' + "a" * 40 + '"'] * 30000) + "]}}}")
report("a report of one name 100,000 times", lambda: "{" + ",".join(
    ['"network":{"hosts":["a"]}'] * 60000) + "}")
report("a report that is no report", lambda: '"\\ud800' + "\x01" * 1000)
