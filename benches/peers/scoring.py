"""What was found beside what is there: exact pairs, precision and recall."""

import collections
import csv
import subprocess

from measuring import say


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

    def exact(self, settings):
        """Exact pairs at the bars of these settings."""
        if settings == "matched":
            return {pair for pair, jaccard, _ in self.rows if jaccard >= 0.7}
        return {pair for pair, jaccard, held in self.rows if jaccard >= 0.5 or held}

    def truth(self, settings):
        """Exact pairs, and all pairs of the groups they make."""
        if settings not in self.truths:
            exact = self.exact(settings)
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
