//! `lineage.gexf`

use std::io::{self, Write};

use super::super::table::{Cell, Column};
use super::graph::{Graph, Node, graph_columns, known, node_id, type_name};
use super::xml::escaped;

/// Writes the graph as GEXF 1.2, which Gephi and networkx read, an attribute for each
/// column that is known.
pub(super) fn write(graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (node_columns, link_columns) = graph_columns();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">"#
    )?;
    writeln!(
        out,
        "  <meta>\n    <creator>wirecopy</creator>\n    <description>who copied whom</description>\n  </meta>"
    )?;
    writeln!(out, r#"  <graph defaultedgetype="directed" mode="static">"#)?;
    declare("node", node_columns, out)?;
    declare("edge", link_columns, out)?;
    writeln!(out, "    <nodes>")?;
    for node in graph.nodes() {
        let (id, label) = (node_id(graph.trace, node), escaped(graph.label(node)));
        writeln!(out, r#"      <node id="{id}" label="{label}">"#)?;
        values("node", node_columns, &graph.node_cells(node), out)?;
        writeln!(out, "      </node>")?;
    }
    writeln!(out, "    </nodes>\n    <edges>")?;
    for (number, link) in graph.links().enumerate() {
        let source = node_id(graph.trace, link.exemplar);
        let target = node_id(graph.trace, Node::Document(link.copy));
        writeln!(
            out,
            r#"      <edge id="{number}" source="{source}" target="{target}">"#
        )?;
        values("edge", link_columns, &graph.link_cells(link)?, out)?;
        writeln!(out, "      </edge>")?;
    }
    writeln!(out, "    </edges>\n  </graph>\n</gexf>")
}

fn declare(of: &str, columns: &[Column], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, r#"    <attributes class="{of}" mode="static">"#)?;
    for Column { name, kind, .. } in columns {
        let kind = type_name(*kind);
        writeln!(
            out,
            r#"      <attribute id="{of}-{name}" title="{name}" type="{kind}"/>"#
        )?;
    }
    writeln!(out, "    </attributes>")
}

fn values(
    of: &str,
    columns: &'static [Column],
    cells: &[Cell<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "        <attvalues>")?;
    for (column, cell) in known(columns, cells) {
        let (name, value) = (column.name, escaped(&cell.written()));
        writeln!(
            out,
            r#"          <attvalue for="{of}-{name}" value="{value}"/>"#
        )?;
    }
    writeln!(out, "        </attvalues>")
}
