"""Decides the records of a corpus one after the other: called as `drive_stream.py HOW CORPUS PREFIX [PROGRAM ...]`.

HOW names a peer, or is `asked` (each record is written to the program's pipe and its answer read back) or `piped` (the corpus
goes through it as a whole). PREFIX.figures.json says how long it took, PREFIX.decisions.csv what each record is a copy of.
"""

import csv
import json
import os
import resource
import signal
import subprocess
import sys
import time
from array import array
from time import perf_counter_ns as now

import orjson
from common import BANDS, BAR, HASHES, ROWS, SHINGLE, shingles

PATIENCE = 60  # seconds for an answer


# Peers: what makes tokens of a text, and what decides by them: sketch, query, insert. Of several texts at the bar the one
# most alike by the peer's own estimate is named, of those the first.


def datasketch():
    from datasketch import LeanMinHash, MinHash, MinHashLSH

    index, empty, held = MinHashLSH(num_perm=HASHES, params=(BANDS, ROWS)), MinHash(num_perm=HASHES), []

    def decide(_, tokens):
        own = empty.copy()  # a new one would draw its permutations again, which takes half as long as all else
        own.update_batch([token.encode() for token in tokens])
        own = LeanMinHash(own)
        near = max(((own.jaccard(held[at]), -at) for at in index.query(own)), default=(0, 0))
        index.insert(len(held), own)
        held.append(own)
        return -near[1] if near[0] >= BAR else None

    return shingles, decide


def rensa():
    from rensa import RMinHash, RMinHashLSH

    index, held = RMinHashLSH(threshold=BAR, num_perm=HASHES, num_bands=BANDS), []

    def decide(_, tokens):
        own = RMinHash(num_perm=HASHES, seed=42)
        own.update(tokens)
        near = max(((own.jaccard(held[at]), -at) for at in index.query(own)), default=(0, 0))
        index.insert(len(held), own)
        held.append(own)
        return -near[1] if near[0] >= BAR else None

    return shingles, decide


def rensa_unique():
    """Its own filter for streams, which confirms candidates itself, holds only what is no copy, and tells no estimates."""
    from rensa import RMinHash, RMinHashDeduplicator

    index = RMinHashDeduplicator(threshold=BAR, num_perm=HASHES, use_lsh=True, num_bands=BANDS)

    def decide(at, tokens):
        own = RMinHash(num_perm=HASHES, seed=42)
        own.update(tokens)
        if index.add(str(at), own):
            return None
        return min(map(int, index.get_duplicates(own)))

    return shingles, decide


def gaoya():
    """Tokens, sketches and the bar are its own; it has no query by key, so it sketches every text twice."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=BAR,
        num_bands=BANDS,
        band_size=ROWS,
        analyzer="word",
        lowercase=True,
        ngram_range=(SHINGLE, SHINGLE),
        id_container="smallvec",
    )

    def decide(at, text):
        near = min(((-jaccard, at) for at, jaccard in index.query(text, return_similarity=True)), default=None)
        index.insert_document(at, text)
        return near[1] if near else None

    return None, decide


PEERS = {"datasketch": datasketch, "rensa": rensa, "rensa-unique": rensa_unique, "gaoya": gaoya}


def decide_all(peer, corpus):
    """Figures, and for each record its key and that of the text it is a copy of."""
    tokens_of, decide = PEERS[peer]()
    keys, found, times, shingling, parsing = [], [], array("q"), array("q"), 0
    begin, cpu = time.perf_counter(), time.process_time()
    with open(corpus, "rb") as lines:
        for line in lines:
            if line.isspace():
                continue
            t0 = now()
            record = orjson.loads(line)
            key, text = record["id"], record["text"]
            t1 = now()
            tokens = tokens_of(text) if tokens_of else text
            t2 = now()
            near = decide(len(keys), tokens)
            t3 = now()
            parsing += t1 - t0
            shingling.append(t2 - t1)
            times.append(t3 - t1)
            keys.append(key)
            found.append(near)
    figures = {"seconds": time.perf_counter() - begin, "CPU seconds": time.process_time() - cpu}
    figures |= {"parsing seconds": parsing / 1e9, **told(times)}
    if tokens_of:
        figures["shingles p50 us"] = told(shingling)["p50 us"]
    figures["peak MB"] = peak(resource.getrusage(resource.RUSAGE_SELF))
    return figures, ((key, "" if near is None else keys[near]) for key, near in zip(keys, found))


# wirecopy, as its users run it.


def silence(*_):
    sys.exit(f"no answer in {PATIENCE} s; a record that is rejected gets none")


def ask_all(program, corpus):
    """Writes a record, reads its answer, and only then writes the next."""
    answers, times = [], array("q")
    signal.signal(signal.SIGALRM, silence)
    begin = time.perf_counter()
    # Left early, it closes the pipe and waits for the program to end.
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process, open(corpus, "rb") as lines:
        for line in lines:
            if line.isspace():
                continue
            line = line if line.endswith(b"\n") else line + b"\n"
            signal.alarm(PATIENCE)
            t0 = now()
            process.stdin.write(line)
            process.stdin.flush()
            answer = process.stdout.readline()
            t1 = now()
            if not answer:
                sys.exit(f"no answer, the program has ended: {line[:100]!r}")
            times.append(t1 - t0)
            answers.append(decision(answer))
        signal.alarm(0)
        process.stdin.close()
        return {**ended(process, begin), **told(times)}, answers


def pipe_all(program, corpus, out):
    begin = time.perf_counter()
    with open(out, "wb") as answers:
        source = subprocess.Popen(["cat", corpus], stdout=subprocess.PIPE)
        process = subprocess.Popen(program, stdin=source.stdout, stdout=answers)
        source.stdout.close()
        figures = ended(process, begin)
        source.wait()
    with open(out, "rb") as answers:
        return figures, [decision(line) for line in answers]


def ended(process, begin):
    _, status, usage = os.wait4(process.pid, 0)
    figures = {"seconds": time.perf_counter() - begin, "CPU seconds": usage.ru_utime + usage.ru_stime}
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{process.args} ended with {process.returncode}")
    return {**figures, "peak MB": peak(usage)}


def decision(line):
    """The key, and that of the text it is a copy of, by the answer at the end of a record."""
    at = line.rfind(b'"wirecopy":{')
    if at < 0:  # not wirecopy, but a pipe alone
        return "", ""
    answer = json.loads(line[at + len(b'"wirecopy":') : line.rindex(b"}")])
    key, kept = answer["doc_id"], answer["kept_id"]
    if answer["outcome"] == "new":
        return key, ""
    return key, answer.get("replaces_id", kept)


# Telling.


def told(times):
    """Microseconds of a record over the last quarter of the stream."""
    last = sorted(times[len(times) * 3 // 4 :])
    shares = {"p50 us": 0.5, "p99 us": 0.99, "max us": 1}
    return {name: last[min(int(len(last) * share), len(last) - 1)] / 1e3 for name, share in shares.items()}


def peak(usage):
    return usage.ru_maxrss * 1024 / 1e6


def main():
    how, corpus, prefix, *program = sys.argv[1:]
    if how in PEERS:
        figures, decisions = decide_all(how, corpus)
    elif how == "asked":
        figures, decisions = ask_all(program, corpus)
    else:
        figures, decisions = pipe_all(program, corpus, prefix + ".answers.jsonl")
    with open(prefix + ".decisions.csv", "w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(decisions)
    with open(prefix + ".figures.json", "w", encoding="utf-8") as out:
        json.dump(figures, out)


if __name__ == "__main__":
    main()
