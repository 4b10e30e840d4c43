#!/usr/bin/env python3
"""Writes libalvor as one file, alvor.h: the public headers, and below them, for the one C file that
defines ALVOR_IMPLEMENTATION, the sources.

    tools/amalgamate.py [-o FILE] [--cc CC]

Sources keep short names to themselves (static functions, enumerators, macros); together in one
translation unit those would clash with each other and with the user's. So every name of a file that
does not begin with alv_ or ALV_ is renamed by a macro around that file, alv_ROOM_FILE_NAME, and every
macro of the file is undefined at its end. The names are found after preprocessing, since some are
made by macros. A name that is also a member's (`.mean`) is renamed word by word instead, since a
macro would rename the member too.

An internal header with a guard comes once, before the first source that needs it; a file without a
guard is meant to be included several times, and comes every time, where it is included.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOKEN = re.compile(r'[A-Za-z_]\w*|\d[\w.]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|->|\S')
LITERAL = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*'  # or a comment
WORD = re.compile(r"[A-Za-z_]\w*$")
INCLUDE = re.compile(r'\s*#\s*include\s+(["<])([^">]+)[">]')
CONDITION = re.compile(r"\s*#\s*(if|ifdef|ifndef|endif)\b")
KEYWORDS = set("void char short int long float double signed unsigned _Bool bool struct union enum "
               "const volatile static inline extern typedef".split())


def without_comments(text):
    blank = lambda m: m[0] if m[0][0] in "\"'" else re.sub(r"[^\n]+", " ", m[0])
    return re.sub(LITERAL, blank, text, flags=re.S)


def own(name):
    """True for a name that its file keeps to itself."""
    return not name.lower().startswith("alv") and not name.startswith("__")


# ---- what a source declares, read from its preprocessed text


def preprocessed(cc, path):
    """The file as the compiler sees it, without what came from the system's headers."""
    command = [cc, "-E", "-std=gnu11", "-DALV_CONTRACT_OFF", "-Iinclude", "-Isrc", str(path)]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    kept, inside = [], False
    for line in output.splitlines():
        marker = re.match(r'# \d+ "([^"]*)"', line)
        if marker:
            inside = marker[1].startswith(("src/", "include/"))
        elif inside and not line.startswith("#"):
            kept.append(line)
    return "\n".join(kept)


def closing(tokens, i):
    """The index after the bracket that closes the one at i."""
    depth = 0
    while True:
        depth += (tokens[i] in "([{") - (tokens[i] in ")]}")
        i += 1
        if depth == 0:
            return i


def enumerators(body):
    """The constants of an enum, of the tokens between its braces."""
    names, i, fresh = [], 0, True
    while i < len(body):
        if fresh and WORD.match(body[i]):
            names.append(body[i])
        fresh = body[i] == ","
        i = closing(body, i) if body[i] in "([{" else i + 1
    return names


def statements(tokens):
    """Declarations at file scope: (tokens without braced groups, names of tags and enumerators,
    whether a function's body or a variable's value came)."""
    i, flat, inner, defined = 0, [], [], False
    while i < len(tokens):
        t = tokens[i]
        if t in ("__attribute__", "_Static_assert", "__extension__", "_Pragma"):
            i = closing(tokens, i + 1) if tokens[i + 1] == "(" else i + 1
        elif t == "{":
            end = closing(tokens, i)
            kind = next((w for w in flat[-2:] if w in ("struct", "union", "enum")), None)
            if kind and "=" not in flat:
                if flat[-1] != kind:
                    inner.append(flat[-1])
                if kind == "enum":
                    inner += enumerators(tokens[i + 1:end - 1])
            elif flat == ["extern", '"C"']:
                flat = []
            else:
                defined = True
                if "=" not in flat:  # a function ends without a semicolon
                    yield flat + [";"], inner, defined
                    flat, inner, defined = [], [], False
            i = end
        elif t == ";":
            yield flat + [";"], inner, defined or "=" in flat
            i, flat, inner, defined = i + 1, [], [], False
        else:
            flat.append(t)
            i += 1


def declared_names(flat):
    """What a declaration declares: the word before its (, [, =, comma or semicolon."""
    names, i = [], 0
    fresh = True
    while i < len(flat):
        t = flat[i]
        if t == "(" and fresh and flat[i + 1] == "*":
            names.append(flat[i + 2])
            fresh = False
        if fresh and i and t in ("(", "[", "=", ",", ";") and WORD.match(flat[i - 1]):
            names.append(flat[i - 1])
            fresh = False
        if t == ",":
            fresh = True
        i = closing(flat, i) if t in "([" else i + 1
    return names


class Source:
    """A .c file: its own names, the external ones that it defines, and those that it uses."""

    def __init__(self, cc, path):
        self.path = path
        self.room, self.stem = path.parent.name, path.stem
        tokens = TOKEN.findall(preprocessed(cc, path.relative_to(ROOT)))
        self.words = {t for t in tokens if WORD.match(t)}
        self.own, self.defines = set(), set()
        for flat, inner, defined in statements(tokens):
            names = set(declared_names(flat))
            self.own |= {n for n in names | set(inner) if own(n)}
            if defined and "static" not in flat and "typedef" not in flat:
                self.defines |= names
        self.own -= KEYWORDS


def reachable(sources, roots):
    """The sources that the public functions need, in their order."""
    maker = {name: source for source in sources for name in source.defines}
    needed, todo = set(), [maker[name] for name in roots]
    while todo:
        source = todo.pop()
        if source not in needed:
            needed.add(source)
            todo += [maker[w] for w in source.words if w in maker]
    return [s for s in sources if s in needed]


# ---- writing


def resolve(name, where):
    for base in (where.parent, ROOT / "include", ROOT / "src"):
        if (base / name).exists():
            return (base / name).resolve()
    raise SystemExit(f"{where}: there is no {name}")


def guarded(text):
    """The text inside an include guard, None if the file has none."""
    lines = [l for l in without_comments(text).splitlines() if l.strip()]
    first = re.match(r"\s*#\s*ifndef\s+(\w+)", lines[0]) if lines else None
    return bool(first and re.match(rf"\s*#\s*define\s+{first[1]}\b", lines[1]))


def renamer(names, prefix):
    """A function that puts the prefix before these words of a text, unless they are members."""
    pattern = re.compile(LITERAL + r"|(?<![\w.>])(?:" + "|".join(names) + r")\b", re.S)
    return lambda text: pattern.sub(
        lambda m: prefix + m[0] if m[0][0].isalpha() or m[0][0] == "_" else m[0], text)


class Writer:
    def __init__(self):
        self.out, self.done = [], set()

    def expand(self, path, rename=lambda text: text, begin=lambda: None):
        """The lines of a file with its own includes in place. A guarded file that was already
        there is left out; inside #if it comes again, since the first may have been in another.
        Before the first line that is no comment or guarded include, begin() is called."""
        text = rename(path.read_text())
        depth, started = 0, False
        code = without_comments(text).splitlines()
        base = 1 if guarded(text) else 0
        for line, bare in zip(text.splitlines(), code):
            include = INCLUDE.match(bare)
            condition = CONDITION.match(bare)
            if condition:
                depth += -1 if condition[1] == "endif" else 1
            if include and include[1] == '"':
                inner = resolve(include[2], path)
                once = guarded(inner.read_text())
                if once and inner in self.done:
                    continue
                if once and depth == base:
                    self.done.add(inner)
                if not started and not once:
                    started = True
                    begin()
                self.expand(inner, rename if not once else lambda t: t)
                continue
            if not started and bare.strip() and not include and not condition and base == 0:
                started = True
                begin()
            self.out.append(line)

    def source(self, source):
        """A .c file, its own names renamed around it."""
        prefix = f"alv_{source.room}_{source.stem.replace('-', '_')}_"
        tokens = TOKEN.findall(without_comments(self.joined(source.path)))
        members = {b for a, b in zip(tokens, tokens[1:]) if a in (".", "->")}
        by_word = sorted(source.own & members)
        by_macro = sorted(source.own - members)
        macros = self.macros(source.path)
        self.out += ["", f"/* ---- src/{source.room}/{source.path.name} ---- */", ""]
        rename = renamer(by_word, prefix) if by_word else lambda text: text

        def begin():
            self.out.extend(f"#define {n} {prefix}{n}" for n in by_macro)

        self.expand(source.path, rename, begin)
        self.out += [f"#undef {n}" for n in by_macro + sorted(macros - set(by_macro))]

    def joined(self, path):
        """The file and the unguarded files that it includes."""
        text = path.read_text()
        for line in text.splitlines():
            include = INCLUDE.match(line)
            if include and include[1] == '"':
                inner = resolve(include[2], path)
                if not guarded(inner.read_text()):
                    text += self.joined(inner)
        return text

    def macros(self, path):
        found = re.findall(r"^\s*#\s*define\s+(\w+)", without_comments(self.joined(path)), re.M)
        return {n for n in found if own(n)}


HEAD = """\
/* alvor {version}: libalvor in one file.
 *
 * Include it wherever the functions are used, from C11 or C++17. One C file, not C++, does
 *
 *     #define ALVOR_IMPLEMENTATION
 *     #include "alvor.h"
 *
 * best alone in its file, and needs libc alone (without optimization also libm, for sqrt). The
 * weights are those of the library, bit by bit, under any flags that keep IEEE arithmetic: this file
 * turns off by itself the contraction of a * b + c into one rounding. For two it cannot answer:
 * -ffast-math (and -Ofast), which it refuses, and Clang's -ffp-contract=fast, which by its manual
 * overrides every pragma and which no macro tells; fast-honor-pragmas, where Clang has it, is fine.
 *
 * Written by tools/amalgamate.py from the sources of alvor {version}: change those, not this.
 *
{license}
 */
"""

# GCC knows no STDC pragma, and inlines a function into one with other floating-point flags; Clang
# keeps what each operation may do when it inlines.
BEFORE_API = """
#ifndef ALV_API
#if defined(__GNUC__) && !defined(__clang__)
#define ALV_API __attribute__((noinline))
#else
#define ALV_API
#endif
#endif
"""

BEFORE = """
#if defined(ALVOR_IMPLEMENTATION) && !defined(ALVOR_IMPLEMENTED)
#define ALVOR_IMPLEMENTED

#ifdef __cplusplus
#error "define ALVOR_IMPLEMENTATION in a C file: the implementation is C11"
#endif

/* No contraction (contract C1), whatever the flags. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off", "no-unsafe-math-optimizations", "no-finite-math-only")
#pragma GCC optimize("no-trapping-math")
#else
#pragma STDC FP_CONTRACT OFF
#endif
#ifndef ALV_CONTRACT_OFF
#define ALV_CONTRACT_OFF
#endif

#ifdef __GNUC__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wpass-failed" /* a processor may have no vectors */
#else
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized" /* cries wolf when it sees all at once */
#endif
#endif

/* Square roots set no errno, and so are instructions and not calls. */
#ifdef __GNUC__
__attribute__((const)) double sqrt(double x);
__attribute__((const)) float sqrtf(float x);
#define __builtin_sqrt sqrt
#define __builtin_sqrtf sqrtf
#endif
"""

AFTER = """
#ifdef __GNUC__
#undef __builtin_sqrt
#undef __builtin_sqrtf
#pragma GCC diagnostic pop
#endif
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#else
#pragma STDC FP_CONTRACT DEFAULT
#endif
#endif /* ALVOR_IMPLEMENTATION */
"""


def amalgamation(cc):
    listing = subprocess.run(["tools/core-sources.sh"], cwd=ROOT, check=True, capture_output=True,
                             text=True).stdout.split()
    sources = [Source(cc, ROOT / name) for name in listing]
    public = [l.strip() for l in (ROOT / "tests/install/libalvor.symbols").read_text().split()]
    version = re.search(r'ALV_VERSION "([^"]+)"', (ROOT / "include/alvor/alvor.h").read_text())[1]
    license = "\n".join((" * " + l).rstrip() for l in (ROOT / "LICENSE").read_text().splitlines())
    writer = Writer()
    top = ROOT / "include/alvor/alvor.h"
    writer.done.add(top)
    writer.out += [HEAD.format(version=version, license=license), BEFORE_API]
    writer.expand(top)
    writer.out.append(BEFORE)
    for source in reachable(sources, public):
        writer.source(source)
    writer.out.append(AFTER)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(writer.out))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", default="-")
    parser.add_argument("--cc", default="cc")
    args = parser.parse_args()
    text = amalgamation(args.cc)
    if args.output == "-":
        sys.stdout.write(text)
    else:
        Path(args.output).parent.mkdir(parents=True, exist_ok=True)
        Path(args.output).write_text(text)


if __name__ == "__main__":
    main()
