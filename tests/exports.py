"""Opens the exports of a trace as their readers do: networkx, pydot and prov.

By hand, for these packages are no part of the build:
    pip install networkx pydot prov
    wirecopy trace data/sample -o result --prov --graph graphml,dot,gexf
    python3 tests/exports.py result
"""

import csv
import re
import sys
from pathlib import Path

import networkx as nx
import prov.model as pm

LONG, DOUBLE = {"words", "lag_seconds", "words_added", "words_dropped"}, {"probability", "jaccard"}


def original(stored):
    """Undoes the \\u{HEX} of characters that XML lacks."""
    return re.sub(r"\\u\{([0-9A-F]+)\}", lambda m: chr(int(m[1], 16)), stored)


def dot_string(word):
    word = word[1:-1] if word.startswith('"') else word
    signs = {"n": "\n", "r": "\r", "t": "\t"}
    return re.sub(r"\\(.)", lambda m: signs.get(m[1], m[1]), word)


def said(attributes):
    for name, value in attributes.items():
        wanted = int if name in LONG else float if name in DOUBLE else str
        assert isinstance(value, wanted), (name, value)
    plain = {k: original(v) if isinstance(v, str) else v for k, v in attributes.items()}
    return {k: v for k, v in plain.items() if k not in ("label", "id")}


def shape(graph):
    assert graph.is_directed() and not graph.is_multigraph()
    nodes = {id: said(data) for id, data in graph.nodes(data=True)}
    return nodes, {(a, b): said(data) for a, b, data in graph.edges(data=True)}


def dot(path):
    graph = nx.nx_pydot.read_dot(path)
    kinds = {name: int for name in LONG} | {name: float for name in DOUBLE}
    typed = lambda data: {k: kinds.get(k, str)(dot_string(v)) for k, v in data.items()}
    plain = nx.DiGraph()
    plain.add_nodes_from((dot_string(id), typed(data)) for id, data in graph.nodes(data=True) if id != "\\n")
    plain.add_edges_from((dot_string(a), dot_string(b), typed(data)) for a, b, data in graph.edges(data=True))
    return plain


def main(folder):
    graphml = shape(nx.read_graphml(folder / "lineage.graphml"))
    for name, other in (
        ("gexf", nx.read_gexf(folder / "lineage.gexf")),
        ("dot", dot(folder / "lineage.dot")),
    ):
        assert shape(other) == graphml, name
    nodes, edges = graphml

    path = folder / "lineage.prov.json"
    document = pm.ProvDocument.deserialize(str(path))
    again = pm.ProvDocument.deserialize(content=document.serialize(), format="json")
    assert again == document
    document.unified().get_provn()
    entities = {e.identifier.localpart for e in document.get_records(pm.ProvEntity)}
    assert entities == set(nodes)
    keys = {original(v) for e in document.get_records(pm.ProvEntity) for v in e.get_attribute("wirecopy:key")}
    assert keys == {data["key"] for data in nodes.values() if "key" in data}
    drawn = set()
    for link in document.get_records(pm.ProvDerivation):
        ends = [end.localpart for end in link.args[:2]]
        if link.get_attribute("wirecopy:role") != {"origin"}:
            drawn.add((ends[1], ends[0]))
            for jaccard in link.get_attribute("wirecopy:jaccard"):
                assert jaccard == edges[ends[1], ends[0]]["jaccard"]
    assert drawn == set(edges)

    with open(folder / "lineage.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    claimed = sum(bool(row["exemplar_id"]) for row in rows)
    claimed += sum(bool(row["missing_source"]) for row in rows)
    claimed += sum(bool(row["second_exemplar_id"]) for row in rows)
    assert claimed == len(edges)
    print(f"{len(nodes)} nodes, {len(edges)} edges, {len(document.get_records())} records of PROV: all agree")


main(Path(sys.argv[1]))
