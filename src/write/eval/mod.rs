//! How good a result is: for people, for spreadsheets and for programs.

mod figures;
mod scores;
mod sheet;
mod text;

pub use figures::{Measure, evaluation_columns, evaluation_csv, evaluation_json};
pub(crate) use scores::band_name;
pub use scores::{score_columns, scores_csv, scores_json, scores_text};
pub use sheet::{SheetPair, SheetText, sheet_columns, sheet_csv};
pub use text::evaluation_text;

/// Four decimals, as everywhere; a dash where there is nothing to divide.
fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_string(), |value| format!("{value:.4}"))
}

/// The same as a number for programs.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// The ends of a tenth.
fn tenth(number: usize) -> (f64, f64) {
    (number as f64 / 10.0, (number + 1) as f64 / 10.0)
}
