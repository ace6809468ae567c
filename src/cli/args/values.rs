//! Values of flags: what each may be, and how it is read.

use clap::ValueEnum;

/// A containment bar, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Containment(pub Option<f64>);

/// A share, or `off`.
pub(super) fn containment(typed: &str) -> Result<Containment, String> {
    if typed == "off" {
        return Ok(Containment(None));
    }
    let bar = typed
        .parse()
        .map_err(|_| "give a share such as 0.7, or `off`".to_string())?;
    Ok(Containment(Some(bar)))
}

/// Units on either side of a change, or all there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextArg(pub Option<usize>);

/// A number, or `all`.
pub(super) fn context(typed: &str) -> Result<ContextArg, String> {
    if typed == "all" {
        return Ok(ContextArg(None));
    }
    let units = typed
        .parse()
        .map_err(|_| "give a number such as 3, or `all`".to_string())?;
    Ok(ContextArg(Some(units)))
}

/// Bytes of one text or record.
pub(super) fn size(typed: &str) -> Result<u64, String> {
    let size = bytes(typed).filter(|bytes| (1..=LARGEST).contains(bytes));
    size.ok_or_else(|| "give between 1 byte and 256 MiB, such as 16MiB".to_string())
}

/// Bytes of memory.
pub(super) fn memory(typed: &str) -> Result<u64, String> {
    let size = bytes(typed).filter(|bytes| *bytes >= LEAST_MEMORY);
    size.ok_or_else(|| "give 64 MiB or more, such as 500MiB or 4GiB".to_string())
}

/// Less than this holds not even what is being read.
const LEAST_MEMORY: u64 = 64 << 20;

/// A number of bytes with an optional unit.
fn bytes(typed: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 7] = [
        ("GiB", 1 << 30),
        ("MiB", 1 << 20),
        ("KiB", 1 << 10),
        ("G", 1 << 30),
        ("M", 1 << 20),
        ("K", 1 << 10),
        ("B", 1),
    ];
    let unit = UNITS.iter().find(|(name, _)| typed.ends_with(name));
    let (digits, factor) = unit.map_or((typed, 1), |(name, factor)| {
        (typed.trim_end_matches(name), *factor)
    });
    let number: u64 = digits.trim().parse().ok()?;
    number.checked_mul(factor)
}

/// Offsets are 32 bits and normalisation may make a text eleven times as long.
const LARGEST: u64 = 256 << 20;

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How pairs are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SearchArg {
    /// Exactly up to 2 GiB of text, by a sample beyond
    Auto,
    /// No pair at a bar is missed
    Exact,
    /// By a quarter of the shingles: in less memory, faster where they are many, and misses next to nothing
    Sampled,
    /// Bands of MinHash signatures, and passages where containment counts
    Lsh,
}

/// Style of CSV cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CsvArg {
    /// Formulas get a `'` before them
    Neutral,
    /// As they are
    Raw,
}

/// Form of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphArg {
    /// For networkx, yEd, igraph and their like
    Graphml,
    /// For Graphviz
    Dot,
    /// For Gephi
    Gexf,
}

/// Form of an output that has no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PageArg {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// Form of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormatArg {
    /// For people: each change in its place, explained
    Text,
    /// For wide terminals: the texts in two columns
    SideBySide,
    /// For `patch` and its readers: the texts re-flowed, a unit a line
    Unified,
    /// The rows of changes.csv; of a group one row for each line of each member
    Csv,
    /// One JSON object with every unit, its place and its changes
    Json,
    /// One page for a browser, which loads and runs nothing
    Html,
}

/// Form of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// For people
    Text,
    /// A table
    Csv,
    /// One JSON object
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_bars() {
        assert_eq!(size("16MiB"), Ok(16 << 20));
        assert_eq!(size("512"), Ok(512));
        assert_eq!(memory("2GiB"), Ok(2 << 30));
        assert!(memory("63MiB").is_err());
        assert!(size("1TB").is_err() && size("0").is_err() && size("9GiB").is_err());
        assert_eq!(containment("off"), Ok(Containment(None)));
        assert!(containment("most").is_err());
    }
}
