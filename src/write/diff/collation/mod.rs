//! A group side by side, for people, for spreadsheets and for programs.

mod csv;
mod json;
mod text;

pub use csv::{collation_columns, collation_csv};
pub use json::collation_json;
pub use text::collation_text;
