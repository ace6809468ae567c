//! Results to files and to the terminal: one file per output.

mod answers;
mod changes;
mod curve;
mod datapackage;
mod decisions;
mod diff;
mod eval;
mod evidence;
mod explain;
mod explain_json;
mod exports;
mod feed;
mod feed_marks;
mod folder;
mod groups;
mod inert;
mod lineage;
mod pairs;
mod rejected;
mod run;
mod sources;
mod table;
mod terminal;

pub use crate::formulas::original;
pub use answers::{
    AnswerWriter, annotated, answer_columns, answer_json, event_columns, events_csv,
};
pub use curve::{curve_columns, curve_csv, curve_json, curve_text};
pub use decisions::{decision_columns, decisions_csv};
pub use diff::{
    LEAST_WIDTH, Named, NamedPair, View, collation_columns, collation_csv, collation_json,
    collation_text, diff_csv, diff_html, diff_json, diff_side_by_side, diff_text, diff_unified,
};
pub(crate) use eval::band_name;
pub use eval::{
    Measure, SheetPair, SheetText, evaluation_columns, evaluation_csv, evaluation_json,
    evaluation_text, score_columns, scores_csv, scores_json, scores_text, sheet_columns, sheet_csv,
};
pub use explain::explain_text;
pub use explain_json::explain_json;
pub use exports::{Export, LinkRole, graph_columns};
pub use feed::{FeedKind, feed, feed_kind};
pub use feed_marks::{FeedEdit, atom_mark, edited_feed, json_mark, rdf_mark, rss_mark};
pub(crate) use folder::place;
pub use folder::{CsvStyle, check, is_result, publish, result_style};
pub use inert::inert;
pub use table::{Cell, Column, Table, TableWriter, Type};
pub(crate) use terminal::plural;
pub use terminal::summary;

/// Version of the outputs: columns only ever grow at the end; anything else is
/// a new version.
pub const SCHEMA_VERSION: u32 = 1;

/// Every table of a trace, in the order in which they are written and described.
pub fn tables() -> Vec<Box<dyn Table>> {
    vec![
        Box::new(groups::Groups),
        Box::new(pairs::Pairs),
        Box::new(changes::Changes),
        Box::new(lineage::LineageTable),
        Box::new(evidence::EvidenceTable),
        Box::new(sources::Sources),
        Box::new(rejected::Rejected),
    ]
}
