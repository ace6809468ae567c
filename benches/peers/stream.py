#!/usr/bin/env python3
"""Measures wirecopy's live index and the incremental indexes of its peers in turn on one stream.

usage: stream.py CORPUS.jsonl WORK [--rounds 3] [--tools NAME,...] [--exact FILE]
                 [--wirecopy PROGRAM [--label TEXT]] [--record PREFIX]

Each record of the corpus is decided when it comes: new, or a copy of one that came before. WORK is as for `run.py`, and may
be the same. README.md explains the table.
"""

import collections
import csv
import hashlib
import json
import os
import shutil
import statistics
import sys
from pathlib import Path
from typing import NamedTuple

sys.dont_write_bytecode = True  # nothing is written into the repository
from measuring import HERE, describe, in_turn, keep, measure, parser_of, python_peers, rust_peers, say, settle, tell
from measuring import warm, wirecopy_of
from scoring import Scorer, exact_pairs, precision_recall, roots

MATCHED = "--threshold 0.7 --containment off".split()


class Tool(NamedTuple):
    slug: str
    name: str
    settings: str
    # How `drive_stream.py` runs it, and the flags where that is wirecopy.
    how: str
    flags: tuple = ()


def wirecopies():
    for settings, flags in ("matched", MATCHED), ("defaults", []):
        for sync in "none", "batch":
            for how in "asked", "piped":
                slug = f"wirecopy-{settings}-{sync}-{how}"
                yield Tool(slug, f"wirecopy --sync {sync}, {how}", settings, how, (*flags, "--sync", sync))


TOOLS = [
    *wirecopies(),
    Tool("pipe", "a pipe alone (`cat`)", "-", "asked"),
    Tool("gaoya", "gaoya MinHashStringIndex", "matched", "gaoya"),
    Tool("rensa", "rensa RMinHashLSH", "matched", "rensa"),
    Tool("rensa-unique", "rensa RMinHashDeduplicator", "matched", "rensa-unique"),
    Tool("datasketch", "datasketch MinHashLSH", "matched", "datasketch"),
]


# Measuring.


def run(tool, python, wirecopy, options):
    """Figures of one run, with a hash of what was decided."""
    prefix = options.work / "out" / f"stream-{tool.slug}"
    words, threads, folder = [], 1, Path(f"{prefix}.index")
    if tool.flags:
        shutil.rmtree(folder, ignore_errors=True)
        words = [wirecopy, "dedup", "-", "--index", folder, "--annotate", "--quiet", *tool.flags]
        threads = os.cpu_count()  # as its users run it; what it used is in the CPU seconds
    elif tool.how == "asked":
        words = ["cat"]
    os.sync()  # so that nobody waits for what another one has written
    load = os.getloadavg()[0]
    measure([python, HERE / "drive_stream.py", tool.how, options.corpus, prefix, *words], threads, f"{prefix}.log")
    figures = json.loads(Path(f"{prefix}.figures.json").read_text())
    if tool.flags:
        figures["index MB"] = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        shutil.rmtree(folder)
        Path(f"{prefix}.answers.jsonl").unlink(missing_ok=True)
    decisions = hashlib.sha256(Path(f"{prefix}.decisions.csv").read_bytes()).hexdigest()
    return {**figures, "load": load, "decisions": decisions[:16]}


def run_rounds(python, wirecopy, options):
    results = collections.defaultdict(list)
    for number, tool in in_turn(options.tools, options.rounds):
        figures = run(tool, python, wirecopy, options)
        results[tool].append(figures)
        keep(options, "stream", tool.slug, figures)
        p50 = f", {figures['p50 us']:.0f} us" if "p50 us" in figures else ""
        say(f"round {number}: {tool.slug}: {figures['seconds']:.2f} s{p50}, {figures['peak MB']:.0f} MB")
        if figures["decisions"] != results[tool][0]["decisions"]:
            say(f"{tool.slug} decides otherwise than in round 1; the last round is scored")
    return {tool: results[tool] for tool in options.tools}


# Scoring.


def score(tool, scorer, options):
    """Records, copies told, precision and recall of those, and how many of the right ones name a text of their group."""
    with open(options.work / "out" / f"stream-{tool.slug}.decisions.csv", encoding="utf-8", newline="") as rows:
        decisions = [(scorer.number(key), scorer.number(of) if of else None) for key, of in csv.reader(rows)]
    if tool.settings == "-":
        return {"records": len(decisions)}
    place = {key: at for at, (key, _) in enumerate(decisions)}
    if len(place) < len(decisions):
        sys.exit(f"{options.corpus}: a key stands there twice, which cannot be scored")
    exact = scorer.exact(tool.settings)
    copies = {max(pair, key=place.__getitem__) for pair in exact}
    told = {key: of for key, of in decisions if of is not None}
    precision, recall = precision_recall(told.keys(), copies)
    first = roots(exact)
    right = [(key, of) for key, of in told.items() if key in copies]
    named = sum(first[key] == first.get(of) for key, of in right)
    return {
        "records": len(decisions),
        "copies": len(told),
        "exact copies": len(copies),
        "precision": precision,
        "recall": recall,
        "named": named / len(right) if right else 1.0,
    }


# Telling.

# Heads of the columns, the figures that they show, and to how many places.
COLUMNS = {
    "seconds": ("seconds", 2),
    "records/s": ("records/s", 0),
    "CPU s": ("CPU seconds", 2),
    "parsing s": ("parsing seconds", 2),
    "p50 us": ("p50 us", 0),
    "p99 us": ("p99 us", 0),
    "max us": ("max us", 0),
    "shingles us": ("shingles p50 us", 0),
    "peak MB": ("peak MB", 0),
    "copies": ("copies", 0),
    "of": ("exact copies", 0),
    "P": ("precision", 4),
    "R": ("recall", 4),
    "named": ("named", 4),
}


def table(results, scores):
    yield f"| tool | settings | {' | '.join(COLUMNS)} |"
    yield "|---|---|" + "---:|" * len(COLUMNS)
    for tool, rounds in results.items():
        middle = {name: median(rounds, name) for name in rounds[0] if name != "decisions"}
        own = scores[tool]
        middle |= {**own, "records/s": own["records"] / middle["seconds"]}
        cells = [f"{middle[name]:.{places}f}" if name in middle else "-" for name, places in COLUMNS.values()]
        yield "| " + " | ".join([tool.name, tool.settings, *cells]) + " |"


def median(rounds, name):
    return statistics.median(figures[name] for figures in rounds)


def record(results, scores):
    """Every round of every run, for the file."""
    for tool, rounds in results.items():
        kept = [{name: round(f, 3) if isinstance(f, float) else f for name, f in own.items()} for own in rounds]
        own = {"tool": tool.name, "settings": tool.settings, "flags": list(tool.flags)}
        yield {**own, "rounds": kept, **scores[tool]}


def main():
    parser = parser_of("Measures wirecopy's live index and its peers' on one stream.")
    names = ", ".join(tool.slug for tool in TOOLS)
    parser.add_argument("--tools", help=f"only these, or those whose names begin so: {names}")
    options = parser.parse_args()
    settle(options)
    wanted = options.tools.split(",") if options.tools else [""]
    for name in wanted:
        if not any(tool.slug.startswith(name) for tool in TOOLS):
            parser.error(f"no tool {name}; there are {names}")
    options.tools = [tool for tool in TOOLS if any(tool.slug.startswith(name) for name in wanted)]

    python, wirecopy = python_peers(options.work), wirecopy_of(options)
    peers = None if options.exact else rust_peers(options.work)
    warm(options.corpus)
    load = os.getloadavg()[0]
    results = run_rounds(python, wirecopy, options)
    options.load = [round(load, 1), round(os.getloadavg()[0], 1)]
    scorer = Scorer(exact_pairs(options, peers))
    scores = {tool: score(tool, scorer, options) for tool in options.tools}
    tell(options, describe(options), table(results, scores), list(record(results, scores)))


if __name__ == "__main__":
    main()
