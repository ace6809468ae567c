"""What the comparisons share: building what is measured, measuring it, and telling of it."""

import argparse
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


def say(*words):
    print(*words, file=sys.stderr, flush=True)


# What is asked for.


def parser_of(purpose):
    """A parser of the arguments that every comparison has."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("corpus", type=Path, help="JSON lines with `id` and `text`")
    parser.add_argument("work", type=Path, help="folder for everything that is made")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median is told (default: 3)")
    parser.add_argument("--exact", type=Path, help="exact pairs, as an earlier run left them in WORK")
    parser.add_argument("--wirecopy", type=Path, help="a wirecopy already built (default: builds this repository)")
    parser.add_argument("--label", help="what to call that build in the record")
    parser.add_argument("--record", type=Path, help="write PREFIX.md and PREFIX.json too")
    return parser


def settle(options):
    """Whole paths, and the folder for results."""
    options.corpus, options.work = options.corpus.resolve(), options.work.resolve()
    (options.work / "out").mkdir(parents=True, exist_ok=True)


# Installing and building.


def python_peers(work):
    """The Python of a virtual environment with the Python peers."""
    wanted = (HERE / "requirements.txt").read_text()
    python, stamp = work / "venv/bin/python", work / "venv/installed.txt"
    if not (stamp.exists() and stamp.read_text() == wanted):
        say("installing the Python peers")
        subprocess.run([sys.executable, "-m", "venv", work / "venv"], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"]
        subprocess.run(install, check=True)
        stamp.write_text(wanted)
    return python


def rust_peers(work):
    """The folder of the Rust peers and of `exact`."""
    say("building the Rust peers")
    return build(HERE / "rust", work / "target")


def wirecopy_of(options):
    """The wirecopy to measure; `options.version` says which it is."""
    if options.wirecopy:
        # A copy: whoever builds in the meantime does not change what is measured.
        wirecopy = options.work / "wirecopy"
        shutil.copy2(options.wirecopy, wirecopy)
        options.version = options.label or "another build"
        return wirecopy
    say("building wirecopy")
    before = version()
    folder = build(ROOT, options.work / "target-wirecopy", "--bin", "wirecopy")
    options.version = before if version() == before else f"{before}, changed while it was built"
    return folder / "wirecopy"


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


def warm(corpus):
    """Reads the corpus, so that the first to run need not wait for the disk."""
    with open(corpus, "rb") as source:
        while source.read(1 << 20):
            pass


def in_turn(runs, rounds):
    """Every run once a round, with the round's number."""
    for number in range(rounds):
        # Another one begins each round, so that none is always measured after the same neighbour.
        shift = number * len(runs) // rounds
        for run in runs[shift:] + runs[:shift]:
            yield number + 1, run


def keep(options, *figures):
    """Notes a measurement as soon as it is made."""
    with open(options.work / "out" / "rounds.jsonl", "a", encoding="utf-8") as kept:
        kept.write(json.dumps([options.corpus.name, options.version, *figures]) + "\n")


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


# Telling.


def medians(rounds):
    """Of wall seconds, CPU seconds and peak MB."""
    return [statistics.median(column) for column in zip(*rounds)]


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


def tell(options, about, rows, runs):
    """Prints the table, and writes the record where one is asked for."""
    lines = [f"{key}: {value}" for key, value in about.items()]
    text = "\n".join(["```", *lines, "```", "", *rows]) + "\n"
    print(text, end="")
    if options.record:
        options.record.parent.mkdir(parents=True, exist_ok=True)
        Path(f"{options.record}.md").write_text(text)
        Path(f"{options.record}.json").write_text(json.dumps({**about, "runs": runs}, indent=1) + "\n")
