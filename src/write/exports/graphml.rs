//! `lineage.graphml`

use std::io::{self, Write};

use super::super::table::{Cell, Column};
use super::graph::{Graph, Node, graph_columns, known, node_id, type_name};
use super::xml::escaped;

/// Writes the graph as GraphML, an attribute for each column that is known.
pub(super) fn write(graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (node_columns, link_columns) = graph_columns();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<graphml xmlns="http://graphml.graphdrawing.org/xmlns">"#
    )?;
    declare("node", node_columns, out)?;
    declare("edge", link_columns, out)?;
    writeln!(out, r#"  <graph id="lineage" edgedefault="directed">"#)?;
    for node in graph.nodes() {
        writeln!(out, r#"    <node id="{}">"#, node_id(graph.trace, node))?;
        data("node", node_columns, &graph.node_cells(node), out)?;
        writeln!(out, "    </node>")?;
    }
    for link in graph.links() {
        writeln!(
            out,
            r#"    <edge source="{}" target="{}">"#,
            node_id(graph.trace, link.exemplar),
            node_id(graph.trace, Node::Document(link.copy)),
        )?;
        data("edge", link_columns, &graph.link_cells(link)?, out)?;
        writeln!(out, "    </edge>")?;
    }
    writeln!(out, "  </graph>\n</graphml>")
}

fn declare(of: &str, columns: &[Column], out: &mut dyn Write) -> io::Result<()> {
    for Column { name, kind, .. } in columns {
        let kind = type_name(*kind);
        writeln!(
            out,
            r#"  <key id="{of}-{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>"#
        )?;
    }
    Ok(())
}

fn data(
    of: &str,
    columns: &'static [Column],
    cells: &[Cell<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    for (column, cell) in known(columns, cells) {
        let (name, value) = (column.name, escaped(&cell.written()));
        writeln!(out, r#"      <data key="{of}-{name}">{value}</data>"#)?;
    }
    Ok(())
}
