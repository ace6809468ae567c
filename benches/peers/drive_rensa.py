"""rensa: RMinHash in batches, then RMinHashLSH and its own estimate of each candidate."""

from common import BANDS, BAR, HASHES, arguments, blocks, shingles, write
from rensa import RMinHash, RMinHashLSH


def main():
    corpus, prefix, _ = arguments()
    ids, sketches = [], []
    for block in blocks(corpus):
        ids += [key for key, _ in block]
        tokens = [shingles(text) for _, text in block]
        sketches += RMinHash.from_token_sets(tokens, num_perm=HASHES, seed=42)
    index = RMinHashLSH(threshold=BAR, num_perm=HASHES, num_bands=BANDS)
    index.insert_pairs(enumerate(sketches))
    pairs = []
    for start in range(0, len(sketches), 4096):
        for later, near in enumerate(index.query_all(sketches[start : start + 4096]), start):
            own = sketches[later]
            pairs += [(at, later) for at in near if at < later and own.jaccard(sketches[at]) >= BAR]
    write(prefix, ids, pairs)


if __name__ == "__main__":
    main()
