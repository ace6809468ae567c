//! `wirecopy curve`

use std::io;

use super::Outcome;
use super::args::{CurveArgs, FormatArg};
use super::plan;
use crate::candidates::curve;
use crate::error::Error;
use crate::write;

pub(super) fn run(args: &CurveArgs) -> Result<Outcome, Error> {
    let curve = curve(&plan::settings(&args.matching)?);
    let data = || io::BufWriter::new(io::stdout().lock());
    match args.format {
        FormatArg::Text => {
            plan::to_stream(plan::page(args.color), |out| write::curve_text(&curve, out))
        }
        FormatArg::Csv => plan::to_stream(data(), |out| write::curve_csv(&curve, out)),
        FormatArg::Json => plan::to_stream(data(), |out| write::curve_json(&curve, out)),
    }?;
    Ok(Outcome::Done)
}
