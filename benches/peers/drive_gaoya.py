"""gaoya's Python package: tokens, sketches and index are all its own; RAYON_NUM_THREADS counts.

It has no query by key, so every text is sketched twice, once to insert and once to query.
"""

from common import BANDS, BAR, ROWS, SHINGLE, arguments, blocks, write
from gaoya.minhash import MinHashStringIndex


def main():
    corpus, prefix, _ = arguments()
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
    ids = []
    for block in blocks(corpus, 16384):
        index.par_bulk_insert_docs(list(range(len(ids), len(ids) + len(block))), [text for _, text in block])
        ids += [key for key, _ in block]
    pairs, start = [], 0
    for block in blocks(corpus, 16384):
        for later, near in enumerate(index.par_bulk_query([text for _, text in block]), start):
            pairs += [(earlier, later) for earlier in near if earlier < later]
        start += len(block)
    write(prefix, ids, pairs)


if __name__ == "__main__":
    main()
