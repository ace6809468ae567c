#!/usr/bin/env python3
"""How well programs find the story on web pages, against texts that people took from them.

    python3 benches/extraction.py FOLDER [--wirecopy PROGRAM] [--tools wirecopy,trafilatura,...]

FOLDER holds NAME.html, pages as they were sent, and NAME.txt, the story of each in UTF-8. The text
found on a page is compared with that of the file as words and as runs of four words, each as often as
it stands there. Precision and recall are averages over the pages and F1 is theirs, as in the
article-extraction-benchmark of Zyte. A page is in half A or B by a hash of its name, so
that rules tuned on one half can be judged by the other.

Beside the release build of wirecopy these are measured where they are installed: trafilatura,
readability (readability-lxml) and newspaper4k. Any other program: name a folder of its texts,
NAME.html.txt.
"""

import argparse
import collections
import hashlib
import json
import multiprocessing
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile


def shingles(text, width):
    words = re.findall(r"\w+", text)
    count = max(1, len(words) - width + 1)
    return collections.Counter(tuple(words[at : at + width]) for at in range(count))


def precision_recall(found, gold, width):
    """Shares of the runs found that are gold, and of the gold runs that were found."""
    found, gold = shingles(found, width), shingles(gold, width)
    both = (found & gold).total()
    return both / found.total(), both / gold.total()


def f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def half(name):
    return "AB"[hashlib.sha256(name.encode()).digest()[0] & 1]


def wirecopy(pages, program):
    """The texts by path, through an index, which gives them out again."""
    with tempfile.TemporaryDirectory() as folder:
        index, out = folder + "/index", folder + "/out"
        run = [program, "dedup", "--quiet", "--index", index, *map(str, pages)]
        # Exit code 3: some pages were refused, which counts as nothing found.
        if subprocess.run(run, stdout=subprocess.DEVNULL, check=False).returncode not in (0, 3):
            sys.exit("wirecopy failed")
        subprocess.run([program, "index", "export", "--quiet", "--index", index, "-o", out], check=True)
        with open(out + "/documents.jsonl", encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
    return {record["id"]: record.get("text") or "" for record in records}


def trafilatura(page):
    import trafilatura

    return trafilatura.extract(page.read_bytes(), include_comments=False) or ""


def readability(page):
    import lxml.html
    from readability import Document

    summary = Document(page.read_bytes().decode("utf-8", "replace")).summary()
    return "\n".join(lxml.html.fromstring(summary).itertext())


def newspaper4k(page):
    import newspaper

    article = newspaper.Article("https://page.example/")
    article.download(input_html=page.read_text("utf-8", "replace"))
    article.parse()
    return article.text


ONE_BY_ONE = {"trafilatura": trafilatura, "readability": readability, "newspaper4k": newspaper4k}


def found_by(job):
    """What a program finds on one page, or what a folder has for it; a failure finds nothing."""
    tool, page = job
    try:
        if tool in ONE_BY_ONE:
            return ONE_BY_ONE[tool](page)
        return (pathlib.Path(tool) / f"{page.name}.txt").read_text("utf-8", "replace")
    except Exception as error:
        print(f"{tool}: {page.name}: {type(error).__name__}: {error}", file=sys.stderr)
        return ""


def scored(pair):
    return [precision_recall(*pair, width) for width in (1, 4)]


def row(tool, part, scores):
    cells = []
    for at in (0, 1):
        precision, recall = (statistics.mean(score[at][side] for score in scores) for side in (0, 1))
        cells += [f"{precision:.4f}", f"{recall:.4f}", f"{f1(precision, recall):.4f}"]
    print(f"{tool[-16:]:<16} {part:<4} {len(scores):>5}  " + "  ".join(cells))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--wirecopy", default="target/release/wirecopy")
    parser.add_argument("--tools", default=",".join(["wirecopy", *ONE_BY_ONE]))
    parser.add_argument("--half", choices=["A", "B"], help="only pages of this half")
    parser.add_argument("--worst", type=int, default=0, help="list so many pages of the first tool's lowest F1")
    options = parser.parse_args()
    pages = [page for page in sorted(options.folder.glob("*.html")) if page.with_suffix(".txt").exists()]
    pages = [page for page in pages if options.half in (None, half(page.stem))]
    if not pages:
        sys.exit(f"{options.folder}: no NAME.html with a NAME.txt beside it")
    golds = [page.with_suffix(".txt").read_text("utf-8") for page in pages]
    worst = collections.defaultdict(list)
    print("tool             half pages  words: P  R       F1      4: P    R       F1")
    with multiprocessing.Pool() as pool:
        for tool in options.tools.split(","):
            if tool == "wirecopy":
                texts = wirecopy(pages, options.wirecopy)
                found = [texts.get(str(page), "") for page in pages]
            else:
                found = pool.map(found_by, [(tool, page) for page in pages], chunksize=4)
            scores = pool.map(scored, zip(found, golds), chunksize=4)
            for part in ["all", "A", "B"]:
                of = [score for page, score in zip(pages, scores) if part in ("all", half(page.stem))]
                if of:
                    row(tool, part, of)
            for page, score in zip(pages, scores):
                worst[page.stem].append((f1(*score[1]), *score[1]))
    for name, scores in sorted(worst.items(), key=lambda item: item[1])[: options.worst]:
        cells = "  ".join(f"{f:.3f} (P {p:.2f} R {r:.2f})" for f, p, r in scores)
        print(f"{half(name)} {name:<40} {cells}")


if __name__ == "__main__":
    main()
