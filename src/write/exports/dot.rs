//! `lineage.dot`

use std::io::{self, Write};

use super::super::table::{Cell, Column};
use super::graph::{Graph, Node, graph_columns, known, node_id};
use super::xml::storable;

/// Writes the graph in DOT, an attribute for each column that is known. DOT has no
/// types: numbers stand without quotation marks, and everything else within.
pub(super) fn write(graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (node_columns, link_columns) = graph_columns();
    writeln!(out, "digraph lineage {{")?;
    for node in graph.nodes() {
        let id = node_id(graph.trace, node);
        let label = quoted(graph.label(node));
        let cells = graph.node_cells(node);
        let said = attributes(node_columns, &cells);
        writeln!(out, "  \"{id}\" [label={label}{said}];")?;
    }
    for link in graph.links() {
        let exemplar = node_id(graph.trace, link.exemplar);
        let copy = node_id(graph.trace, Node::Document(link.copy));
        let cells = graph.link_cells(link)?;
        let said = attributes(link_columns, &cells);
        let said = said.trim_start_matches(", ");
        writeln!(out, "  \"{exemplar}\" -> \"{copy}\" [{said}];")?;
    }
    writeln!(out, "}}")
}

fn attributes(columns: &'static [Column], cells: &[Cell<'_>]) -> String {
    let mut said = String::new();
    for (column, cell) in known(columns, cells) {
        let value = match cell {
            Cell::Integer(_) | Cell::Number(_) => cell.written().into_owned(),
            _ => quoted(&cell.written()),
        };
        said.push_str(&format!(", {}={value}", column.name));
    }
    said
}

/// A string in quotation marks. A label knows escapes that begin with `\`, and a `\`
/// before the closing mark would escape that one, so each stands twice.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 8);
    quoted.push('"');
    for c in storable(text).chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_string_ends_where_it_should() {
        assert_eq!(quoted(r#"a"b\"#), r#""a\"b\\""#);
        assert_eq!(quoted("a\n\r\t\u{1b}"), r#""a\n\r\t\\u{1B}""#);
    }
}
