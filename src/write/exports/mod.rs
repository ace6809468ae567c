//! The lineage as a graph, for other programs: one file per format.

mod dot;
mod gexf;
mod graph;
mod graphml;
mod id;
mod prov;
mod xml;

use std::io::{self, Write};

pub(super) use graph::Graph;
pub use graph::{LinkRole, graph_columns};

/// A further file of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Export {
    /// W3C PROV as JSON.
    Prov,
    /// GraphML.
    GraphMl,
    /// The language of Graphviz.
    Dot,
    /// GEXF 1.2, the language of Gephi.
    Gexf,
}

impl Export {
    /// Every one, in the order in which they are written.
    pub const ALL: &'static [Export] = &[Export::Prov, Export::GraphMl, Export::Dot, Export::Gexf];

    /// Name of its file.
    pub fn file(self) -> &'static str {
        match self {
            Export::Prov => "lineage.prov.json",
            Export::GraphMl => "lineage.graphml",
            Export::Dot => "lineage.dot",
            Export::Gexf => "lineage.gexf",
        }
    }

    pub(super) fn write(self, graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Export::Prov => prov::write(graph, out),
            Export::GraphMl => graphml::write(graph, out),
            Export::Dot => dot::write(graph, out),
            Export::Gexf => gexf::write(graph, out),
        }
    }
}
