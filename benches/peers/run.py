#!/usr/bin/env python3
"""Measures wirecopy and its peers in turn on one corpus, and scores what each found.

usage: run.py CORPUS.jsonl WORK [--threads 1,2] [--rounds 3] [--tools NAME,...] [--exact FILE]
              [--wirecopy PROGRAM [--label TEXT]] [--pairs] [--record PREFIX]

The corpus holds one JSON object a line with `id` and `text`. WORK is a folder for everything that
is made: a virtual environment, two builds, the exact pairs, results. README.md explains the table.
"""

import argparse
import collections
import csv
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
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


def say(*words):
    print(*words, file=sys.stderr, flush=True)


# Installing and building.


def prepare(options):
    """Paths of the Python of a virtual environment, the peers' programs, and wirecopy."""
    work = options.work
    wanted = (HERE / "requirements.txt").read_text()
    python, stamp = work / "venv/bin/python", work / "venv/installed.txt"
    kinds = {tool[3] for tool in options.tools}
    if "python" in kinds and not (stamp.exists() and stamp.read_text() == wanted):
        say("installing the Python peers")
        subprocess.run([sys.executable, "-m", "venv", work / "venv"], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"]
        subprocess.run(install, check=True)
        stamp.write_text(wanted)
    say("building the Rust peers")
    peers = build(HERE / "rust", work / "target")
    if options.wirecopy:
        # A copy: whoever builds in the meantime does not change what is measured.
        wirecopy = work / "wirecopy"
        shutil.copy2(options.wirecopy, wirecopy)
        options.version = options.label or "another build"
    else:
        say("building wirecopy")
        before = version()
        wirecopy = build(ROOT, work / "target-wirecopy", "--bin", "wirecopy") / "wirecopy"
        options.version = before if version() == before else f"{before}, changed while it was built"
    return python, peers, wirecopy


def asked(*words):
    try:
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def version():
    """The commit of this repository, and whether what is built differs from it."""
    changes = asked("git", "status", "--porcelain", "--", "src", "Cargo.toml", "Cargo.lock")
    return asked("git", "rev-parse", "--short", "HEAD") + (" with changes" if changes else "")


def build(crate, target, *more):
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--target-dir", target, *more]
    subprocess.run(command, cwd=crate, check=True)
    return target / "release"


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


def measure(words, threads, log):
    """Wall seconds, CPU seconds, and the peak of the largest process in MB (10^6 bytes).

    The kernel counts the peak from the fork on, so it is never under this program's own size,
    which is why everything large is done after the last measurement.
    """
    env = dict(os.environ, RAYON_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    env |= {"OPENBLAS_NUM_THREADS": str(threads), "PYTHONDONTWRITEBYTECODE": "1"}
    with open(log, "wb") as err:
        begin = time.perf_counter()
        process = subprocess.Popen([str(word) for word in words], stdout=err, stderr=err, env=env)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"failed ({process.returncode}): {words}\n{Path(log).read_text(errors='replace')[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6


def run_rounds(programs, options):
    runs = [(tool, n) for tool in options.tools for n in options.threads if n <= tool[2]]
    results = collections.defaultdict(list)
    for number in range(options.rounds):
        # Another one begins each round, so that none is always measured after the same neighbour.
        shift = number * len(runs) // options.rounds
        for tool, threads in runs[shift:] + runs[:shift]:
            log = options.work / "out" / f"{slug(tool)}.log"
            figures = measure(command(tool, threads, programs, options), threads, log)
            results[tool, threads].append(figures)
            with open(options.work / "out" / "rounds.jsonl", "a", encoding="utf-8") as kept:
                kept.write(json.dumps([options.corpus.name, options.version, slug(tool), threads, *figures]) + "\n")
            say(f"round {number + 1}: {slug(tool)}, {threads} threads: {figures[0]:.2f} s, {figures[2]:.0f} MB")
    return {run: results[run] for run in runs}


# Scoring.


class Scorer:
    """Pairs of keys as numbers; a key is numbered when first seen."""

    def __init__(self, truth):
        self.numbers = {}
        self.rows = []
        with open(truth, encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                jaccard = float(row["jaccard"])
                small, large, shared = int(row["size_a"]), int(row["size_b"]), int(row["shared"])
                # wirecopy's second bar: .7 of the smaller, 60 words, and not an excerpt.
                held = shared >= 0.7 * small and shared + 4 >= 60 and large <= 4 * small
                self.rows.append((self.pair(row["a"], row["b"]), jaccard, held))
        self.truths = {}

    def number(self, key):
        return self.numbers.setdefault(key, len(self.numbers))

    def pair(self, a, b):
        a, b = self.number(a), self.number(b)
        return (a, b) if a < b else (b, a)

    def truth(self, settings):
        """Exact pairs at the bars of these settings, and all pairs of the groups they make."""
        if settings not in self.truths:
            if settings == "matched":
                exact = {pair for pair, jaccard, _ in self.rows if jaccard >= 0.7}
            else:
                exact = {pair for pair, jaccard, held in self.rows if jaccard >= 0.5 or held}
            self.truths[settings] = exact, closure(exact)
        return self.truths[settings]

    def read_pairs(self, path):
        with open(path, encoding="utf-8", newline="") as lines:
            return {self.pair(a, b) for a, b in csv.reader(lines)}

    def read_groups(self, path):
        """All pairs within a group, and how many texts are not the first of theirs."""
        groups = collections.defaultdict(list)
        with open(path, encoding="utf-8", newline="") as lines:
            for key, group in csv.reader(lines):
                groups[group].append(self.number(key))
        return all_pairs(groups.values()), sum(len(group) - 1 for group in groups.values())

    def read_decisions(self, path):
        groups, removed = collections.defaultdict(list), 0
        with open(path, encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                removed += row["kept"] != "true"
                if row["group_id"]:
                    groups[row["group_id"]].append(self.number(row["doc_id"]))
        return all_pairs(groups.values()), removed

    def read_trace(self, path, settings):
        """wirecopy's pairs; texts with the same words stand beside the first of them only."""
        listed, same = [], {}
        with open(path, encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                pair = self.pair(row["a_id"], row["b_id"])
                if row["relation"] in ("identical", "reformatted") and row["jaccard"].startswith("1"):
                    same.setdefault(pair, None)
                if row["group_id"]:
                    listed.append(pair)
        first = roots(same)
        members = collections.defaultdict(set)
        for pair in listed:
            for text in pair:
                members[first.get(text, text)].add(text)
        found = all_pairs(list(group) for group in members.values())
        for a, b in listed:
            for x in members[first.get(a, a)]:
                found.update((min(x, y), max(x, y)) for y in members[first.get(b, b)] if x != y)
        return found


def roots(pairs):
    """The first text of every text's component."""
    parent = {}

    def root(node):
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for a, b in pairs:
        a, b = root(a), root(b)
        parent[max(a, b)] = min(a, b)
    return {node: root(node) for node in list(parent)}


def closure(pairs):
    groups = collections.defaultdict(list)
    for node, first in roots(pairs).items():
        groups[first].append(node)
    return all_pairs(groups.values())


def all_pairs(groups):
    found = set()
    for group in groups:
        if len(group) > 10_000:
            say(f"a group of {len(group)} texts is left out of the score")
            continue
        group = sorted(group)
        found.update((a, b) for at, a in enumerate(group) for b in group[at + 1 :])
    return found


def precision_recall(found, truth):
    right = len(found & truth)
    return (right / len(found) if found else 1.0), (right / len(truth) if truth else 1.0)


def exact_pairs(options, peers):
    """The exact pairs' file, counted once for a corpus."""
    if options.exact:
        return options.exact
    path = options.work / f"{options.corpus.stem}-{options.corpus.stat().st_size}.exact.csv"
    if not path.exists():
        say("counting the exact pairs")
        part = path.with_suffix(".part")
        subprocess.run([peers / "exact", options.corpus, part, "0.5", "0.7"], check=True)
        part.rename(path)
    return path


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


def medians(rounds):
    """Of wall seconds, CPU seconds and peak MB."""
    return [statistics.median(column) for column in zip(*rounds)]


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


def describe(options):
    model = ""
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    return {
        "corpus": options.corpus.name,
        "bytes": options.corpus.stat().st_size,
        "rounds": options.rounds,
        "wirecopy": options.version,
        "rustc": asked("rustc", "--version"),
        "python": platform.python_version(),
        "processor": model,
        "cores": os.cpu_count(),
        "load before and after": options.load,
        "date": time.strftime("%Y-%m-%d"),
    }


def main():
    parser = argparse.ArgumentParser(description="Measures wirecopy and its peers on one corpus.")
    parser.add_argument("corpus", type=Path, help="JSON lines with `id` and `text`")
    parser.add_argument("work", type=Path, help="folder for everything that is made")
    parser.add_argument("--threads", default="1,2", help="numbers of threads (default: 1,2)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median is told (default: 3)")
    parser.add_argument("--tools", help="only these, of: " + ", ".join(map(slug, TOOLS)))
    parser.add_argument("--exact", type=Path, help="exact pairs, as an earlier run left them in WORK")
    parser.add_argument("--wirecopy", type=Path, help="a wirecopy already built (default: builds this repository)")
    parser.add_argument("--label", help="what to call that build in the record")
    parser.add_argument("--pairs", action="store_true", help="score wirecopy's pairs too, with an unmeasured `trace`")
    parser.add_argument("--record", type=Path, help="write PREFIX.md and PREFIX.json too")
    options = parser.parse_args()
    options.corpus, options.work = options.corpus.resolve(), options.work.resolve()
    options.threads = [int(n) for n in options.threads.split(",")]
    known = {slug(tool): tool for tool in TOOLS}
    if options.tools and (unknown := set(options.tools.split(",")) - set(known)):
        parser.error(f"no tool {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    options.tools = [known[name] for name in options.tools.split(",")] if options.tools else TOOLS
    (options.work / "out").mkdir(parents=True, exist_ok=True)

    programs = prepare(options)
    with open(options.corpus, "rb") as corpus:
        while corpus.read(1 << 20):  # so that the first to run need not wait for the disk
            pass
    load = os.getloadavg()[0]
    results = run_rounds(programs, options)
    options.load = [round(load, 1), round(os.getloadavg()[0], 1)]
    scores = score(programs, options)

    about = describe(options)
    lines = [f"{key}: {value}" for key, value in about.items()]
    text = "\n".join(["```", *lines, "```", "", *table(results, scores, about["bytes"])]) + "\n"
    print(text, end="")
    if options.record:
        options.record.parent.mkdir(parents=True, exist_ok=True)
        Path(f"{options.record}.md").write_text(text)
        columns = ["pairs precision", "pairs recall", "groups precision", "groups recall", "removed"]
        runs = [
            {
                "tool": tool[0],
                "settings": tool[1],
                "threads": threads,
                "rounds": [dict(zip(["seconds", "CPU seconds", "peak MB"], map(lambda x: round(x, 3), r))) for r in rounds],
                **dict(zip(columns, scores[tool])),
            }
            for (tool, threads), rounds in results.items()
        ]
        Path(f"{options.record}.json").write_text(json.dumps({**about, "runs": runs}, indent=1) + "\n")


if __name__ == "__main__":
    main()
