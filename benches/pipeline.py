#!/usr/bin/env python3
"""Time and peak memory of `wirecopy dedup` over JSON lines of growing size.

usage: pipeline.py WIRECOPY FEED.jsonl... [--threads 1,2] [--rounds 3] [-- FLAGS...]

Each round runs every feed and number of threads once, in turn; the table gives medians. What a document
takes is said beside the first feed, which shows how cost grows. Needs Linux or macOS.
"""
import argparse, os, resource, statistics, subprocess, sys, tempfile, time

own, _, flags = (lambda a: (a[:a.index('--')], '--', a[a.index('--') + 1:]) if '--' in a else (a, '', []))(sys.argv[1:])
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument('wirecopy')
parser.add_argument('feeds', nargs='+')
parser.add_argument('--threads', default='1,2')
parser.add_argument('--rounds', type=int, default=3)
typed = parser.parse_args(own)


def measured(feed, threads, folder):
    """Seconds, seconds of CPU and peak bytes of one run."""
    command = [typed.wirecopy, 'dedup', feed, '-o', os.path.join(folder, 'unique.jsonl'), '--force', '--quiet', '-j', threads]
    began = time.monotonic()
    child = subprocess.Popen(command + flags)
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f'{" ".join(command)} failed')
    unit = 1 if sys.platform == 'darwin' else 1024
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit


runs = {}
with tempfile.TemporaryDirectory() as folder:
    for _ in range(typed.rounds):
        for feed in typed.feeds:
            for threads in typed.threads.split(','):
                runs.setdefault((feed, threads), []).append(measured(feed, threads, folder))
print('| feed | documents | MB | threads | s | CPU s | MB/s | µs a document | against the first | peak MB |')
print('|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|')
first = {}
for (feed, threads), list_ in runs.items():
    seconds, cpu, peak = (statistics.median(values) for values in zip(*list_))
    with open(feed, 'rb') as lines:
        documents = sum(chunk.count(b'\n') for chunk in iter(lambda: lines.read(1 << 20), b''))
    megabytes = os.path.getsize(feed) / 1e6
    each = 1e6 * seconds / documents
    growth = each / first.setdefault(threads, each)
    name = os.path.basename(feed)
    print(f'| {name} | {documents} | {megabytes:.0f} | {threads} | {seconds:.2f} | {cpu:.2f} | {megabytes / seconds:.0f} '
          f'| {each:.1f} | {growth:.2f} | {peak / 1e6:.0f} |')
