"""What the Python drivers share. Those of the batch are called as `DRIVER CORPUS PREFIX THREADS`."""

import re
import sys

import orjson

HASHES, BANDS, ROWS, SHINGLE, BAR = 128, 16, 8, 5, 0.7
WORD = re.compile(r"\w+")


def arguments():
    corpus, prefix, threads = sys.argv[1:4]
    return corpus, prefix, int(threads)


def blocks(corpus, size=4096):
    """Lists of (key, text), so that the texts are never in memory all at once."""
    block = []
    with open(corpus, "rb") as lines:
        for line in lines:
            if line.isspace():
                continue
            record = orjson.loads(line)
            block.append((record["id"], record["text"]))
            if len(block) == size:
                yield block
                block = []
    if block:
        yield block


def shingles(text):
    """The distinct runs of five words; a shorter text is one shingle."""
    words = WORD.findall(text.lower())
    if len(words) < SHINGLE:
        return [" ".join(words)] if words else []
    columns = (words[offset:] for offset in range(SHINGLE))
    return list({" ".join(run) for run in zip(*columns)})


def write(prefix, ids, pairs):
    """Writes PREFIX.pairs.csv, and PREFIX.groups.csv: each key and the first of its group."""
    parent = list(range(len(ids)))

    def root(node):
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    with open(prefix + ".pairs.csv", "w", encoding="utf-8") as out:
        for earlier, later in pairs:
            out.write(f"{ids[earlier]},{ids[later]}\n")
            a, b = root(earlier), root(later)
            parent[max(a, b)] = min(a, b)
    with open(prefix + ".groups.csv", "w", encoding="utf-8") as out:
        out.writelines(f"{key},{ids[root(at)]}\n" for at, key in enumerate(ids))
