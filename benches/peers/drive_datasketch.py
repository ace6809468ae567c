"""datasketch: MinHash.bulk in as many processes as threads are asked for, then MinHashLSH in one."""

import multiprocessing

import numpy
from common import BANDS, BAR, HASHES, ROWS, arguments, blocks, shingles, write
from datasketch import LeanMinHash, MinHash, MinHashLSH


def sketch(block):
    tokens = ([shingle.encode() for shingle in shingles(text)] for _, text in block)
    found = MinHash.bulk(tokens, num_perm=HASHES)
    # Plain numbers cross from process to process faster than the objects do.
    return [key for key, _ in block], numpy.array([own.hashvalues for own in found]), found[0].scheme


def main():
    corpus, prefix, threads = arguments()
    ids, sketches = [], []
    pool = multiprocessing.get_context("fork").Pool(threads) if threads > 1 else None
    for keys, rows, scheme in (pool.imap if pool else map)(sketch, blocks(corpus, 1024)):
        ids += keys
        sketches += [LeanMinHash(seed=1, hashvalues=row, scheme=scheme) for row in rows]
    if pool:
        pool.close()
        pool.join()
    index = MinHashLSH(num_perm=HASHES, params=(BANDS, ROWS))
    with index.insertion_session() as session:
        for at, own in enumerate(sketches):
            session.insert(at, own, check_duplication=False)
    pairs = [
        (earlier, later)
        for later, own in enumerate(sketches)
        for earlier in index.query(own)
        if earlier < later and own.jaccard(sketches[earlier]) >= BAR
    ]
    write(prefix, ids, pairs)


if __name__ == "__main__":
    main()
