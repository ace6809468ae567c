#!/usr/bin/env python3
"""Measures wirecopy and its peers in turn on one corpus, and scores what each found.

usage: run.py CORPUS.jsonl WORK [--threads 1,2] [--rounds 3] [--tools NAME,...] [--exact FILE]
              [--wirecopy PROGRAM [--label TEXT]] [--pairs] [--record PREFIX]

The corpus holds one JSON object a line with `id` and `text`. WORK is a folder for everything that
is made: a virtual environment, two builds, the exact pairs, results. README.md explains the table.
"""

import collections
import os
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # nothing is written into the repository
from measuring import HERE, describe, in_turn, keep, measure, medians, parser_of, python_peers, rust_peers, say
from measuring import settle, tell, warm, wirecopy_of
from scoring import Scorer, exact_pairs, precision_recall

MATCHED = "--threshold 0.7 --containment off --bands 16 --rows 8".split()
# Name, settings, threads it can use, kind of program.
TOOLS = [
    ("wirecopy", "matched", 99, "wirecopy"),
    ("wirecopy", "defaults", 99, "wirecopy"),
    ("gaoya (Rust)", "matched", 99, "rust"),
    ("txtfp (Rust)", "matched", 99, "rust"),
    ("lshdedup (Rust)", "matched", 1, "rust"),
    ("gaoya (Python)", "matched", 99, "python"),
    ("rensa (Python)", "matched", 1, "python"),
    ("datasketch (Python)", "matched", 99, "python"),
]


def slug(tool):
    name, settings, _, kind = tool
    return f"{name.split()[0]}-{kind}" if kind != "wirecopy" else f"wirecopy-{settings}"


def prepare(options):
    """Paths of the Python of a virtual environment, the peers' programs, and wirecopy."""
    kinds = {tool[3] for tool in options.tools}
    python = python_peers(options.work) if "python" in kinds else None
    peers = rust_peers(options.work) if "rust" in kinds or not options.exact else None
    return python, peers, wirecopy_of(options)


# Measuring.


def command(tool, threads, programs, options):
    python, peers, wirecopy = programs
    name, settings, _, kind = tool
    name, prefix = name.split()[0], options.work / "out" / slug(tool)
    if kind == "rust":
        return [peers / "peer", name, options.corpus, prefix]
    if kind == "python":
        return [python, HERE / f"drive_{name}.py", options.corpus, prefix, str(threads)]
    more = MATCHED if settings == "matched" else []
    outputs = ["-o", f"{prefix}.jsonl", "--decisions", f"{prefix}.decisions.csv", "--force", "--quiet"]
    return [wirecopy, "dedup", options.corpus, *outputs, "-j", str(threads), *more]


def run_rounds(programs, options):
    runs = [(tool, n) for tool in options.tools for n in options.threads if n <= tool[2]]
    results = collections.defaultdict(list)
    for number, (tool, threads) in in_turn(runs, options.rounds):
        log = options.work / "out" / f"{slug(tool)}.log"
        figures = measure(command(tool, threads, programs, options), threads, log)
        results[tool, threads].append(figures)
        keep(options, slug(tool), threads, *figures)
        say(f"round {number}: {slug(tool)}, {threads} threads: {figures[0]:.2f} s, {figures[2]:.0f} MB")
    return {run: results[run] for run in runs}


def score(programs, options):
    scorer = Scorer(exact_pairs(options, programs[1]))
    scores = {}
    for tool in options.tools:
        prefix = str(options.work / "out" / slug(tool))
        settings, pairs = tool[1], None
        if tool[3] == "wirecopy":
            groups, removed = scorer.read_decisions(prefix + ".decisions.csv")
            if options.pairs:
                folder = Path(prefix + ".trace")
                more = MATCHED if settings == "matched" else []
                trace = [programs[2], "trace", options.corpus, "-o", folder, "--force", "--quiet", *more]
                subprocess.run(trace, check=True)
                pairs = scorer.read_trace(folder / "pairs.csv", settings)
        else:
            pairs = scorer.read_pairs(prefix + ".pairs.csv")
            groups, removed = scorer.read_groups(prefix + ".groups.csv")
        exact, closed = scorer.truth(settings)
        by_pairs = precision_recall(pairs, exact) if pairs is not None else (None, None)
        scores[tool] = (*by_pairs, *precision_recall(groups, closed), removed)
    return scores


# Telling.


def table(results, scores, size):
    head = "tool | settings | threads | seconds | best | CPU s | MB/s | peak MB | ratio | CPU ratio | pairs P | pairs R | groups P | groups R | removed"
    yield f"| {head} |"
    yield "|---|---|" + "---:|" * (head.count("|") - 1)
    own = {n: medians(rounds) for (tool, n), rounds in results.items() if slug(tool) == "wirecopy-matched"}
    for (tool, threads), rounds in results.items():
        wall, cpu, peak = medians(rounds)
        base = own.get(threads)
        ratios = [f"{wall / base[0]:.2f}", f"{cpu / base[1]:.2f}"] if base else ["-", "-"]
        shares = ["-" if share is None else f"{share:.4f}" for share in scores[tool][:4]]
        best = min(figures[0] for figures in rounds)
        speed = [f"{wall:.2f}", f"{best:.2f}", f"{cpu:.2f}", f"{size / 1e6 / wall:.1f}", f"{peak:.0f}"]
        cells = [tool[0], tool[1], threads, *speed, *ratios]
        yield "| " + " | ".join(str(cell) for cell in [*cells, *shares, scores[tool][4]]) + " |"


def record(results, scores):
    """Every round of every run, for the file."""
    figures = ["seconds", "CPU seconds", "peak MB"]
    columns = ["pairs precision", "pairs recall", "groups precision", "groups recall", "removed"]
    return [
        {
            "tool": tool[0],
            "settings": tool[1],
            "threads": threads,
            "rounds": [dict(zip(figures, (round(figure, 3) for figure in own))) for own in rounds],
            **dict(zip(columns, scores[tool])),
        }
        for (tool, threads), rounds in results.items()
    ]


def main():
    parser = parser_of("Measures wirecopy and its peers on one corpus.")
    parser.add_argument("--threads", default="1,2", help="numbers of threads (default: 1,2)")
    parser.add_argument("--tools", help="only these, of: " + ", ".join(map(slug, TOOLS)))
    parser.add_argument("--pairs", action="store_true", help="score wirecopy's pairs too, with an unmeasured `trace`")
    options = parser.parse_args()
    settle(options)
    options.threads = [int(n) for n in options.threads.split(",")]
    known = {slug(tool): tool for tool in TOOLS}
    if options.tools and (unknown := set(options.tools.split(",")) - set(known)):
        parser.error(f"no tool {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    options.tools = [known[name] for name in options.tools.split(",")] if options.tools else TOOLS

    programs = prepare(options)
    warm(options.corpus)
    load = os.getloadavg()[0]
    results = run_rounds(programs, options)
    options.load = [round(load, 1), round(os.getloadavg()[0], 1)]
    scores = score(programs, options)

    about = describe(options)
    tell(options, about, table(results, scores, about["bytes"]), record(results, scores))


if __name__ == "__main__":
    main()
