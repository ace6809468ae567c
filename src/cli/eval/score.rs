//! `wirecopy eval score`: what people's labels say.

use std::io;
use std::path::Path;

use crate::cli::Outcome;
use crate::cli::args::{FormatArg, ScoreArgs};
use crate::cli::plan;
use crate::error::Error;
use crate::eval::{BANDS, BandLabels, Labels};
use crate::ingest::Sheet;
use crate::write;

pub(super) fn run(args: &ScoreArgs) -> Result<Outcome, Error> {
    let labels = labels(&args.sheet)?;
    let data = || io::BufWriter::new(io::stdout().lock());
    match args.format {
        FormatArg::Text => plan::to_stream(plan::page(args.color), |out| {
            write::scores_text(&labels, out)
        }),
        FormatArg::Csv => plan::to_stream(data(), |out| write::scores_csv(&labels, out)),
        FormatArg::Json => plan::to_stream(data(), |out| write::scores_json(&labels, out)),
    }?;
    Ok(Outcome::Done)
}

/// The labels of a sheet; rows may be in any order, and some may be gone.
fn labels(path: &Path) -> Result<Labels, Error> {
    let mut sheet = Sheet::open(path, "reading the sheet")?;
    let [label, band, band_pairs, all_pairs] = [
        sheet.required("label")?,
        sheet.required("band")?,
        sheet.required("band_pairs")?,
        sheet.required("all_pairs")?,
    ];
    let mut labels = Labels {
        bands: vec![BandLabels::default(); BANDS],
        all_pairs: 0,
    };
    while let Some(row) = sheet.next_row()? {
        let count = |name: &str, column| {
            let typed = row.cell(column).trim();
            let what = || format!("{name} {typed:?} is no number; keep what `eval sample` wrote");
            typed.parse::<u64>().map_err(|_| row.wrong(&what()))
        };
        // Not by the Jaccard: a spreadsheet may have put a comma into it.
        let typed = row.cell(band).trim();
        let Some(number) = (0..BANDS).find(|&number| write::band_name(number) == typed) else {
            let what = format!("band {typed:?} is none; keep what `eval sample` wrote");
            return Err(row.wrong(&what));
        };
        let (pairs, all) = (
            count("band_pairs", band_pairs)?,
            count("all_pairs", all_pairs)?,
        );
        let Some(own) = labels.bands.get_mut(number) else {
            continue;
        };
        let is_other_band = own.drawn > 0 && own.band.pairs != pairs;
        if is_other_band || (labels.all_pairs > 0 && labels.all_pairs != all) {
            return Err(row.wrong(
                "band_pairs or all_pairs differ from an earlier row: the rows are of two sheets",
            ));
        }
        labels.all_pairs = all;
        own.band.pairs = pairs;
        own.drawn += 1;
        match row.cell(label).trim().to_lowercase().as_str() {
            "" => {}
            "y" => own.band.labelled.add(true),
            "n" => own.band.labelled.add(false),
            "?" => own.unsure += 1,
            other => return Err(row.wrong(&format!("label is {other:?}; write y, n or ?"))),
        }
    }
    Ok(labels)
}
