//! What the arguments mean: settings, inputs, streams.

use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};

use super::args::{
    AgainstArgs, BarArgs, ColorArg, CsvArg, InputArgs, MatchArgs, ReadingArgs, RunningArgs,
    SearchArg,
};
use super::progress::Messages;
use crate::config::{self, Alias, EXACT_BYTES, FieldMap, FieldPath, Resources, Search, Settings};
use crate::error::{Error, ErrorKind};
use crate::ingest::{self, FieldNames, IngestOptions, Input, Intake, Limits, Listener};
use crate::pipeline::Survey;
use crate::write::{CsvStyle, is_result};

/// The settings that were typed.
pub(super) fn settings(typed: &MatchArgs) -> Result<Settings, Error> {
    let settings = Settings {
        width: typed.width,
        bands: typed.bands,
        rows: typed.rows,
        seed: typed.seed,
        search: match typed.search {
            SearchArg::Auto => Search::Auto,
            SearchArg::Exact => Search::Exact,
            SearchArg::Sampled => Search::Sampled,
            SearchArg::Lsh => Search::Lsh,
        },
        ..bars(&typed.bars)
    };
    settings.check()?;
    Ok(settings)
}

/// A flag of the search of a batch that asks for something else than the usual.
pub(super) fn of_the_search(typed: &MatchArgs) -> Option<&'static str> {
    let usual = Settings::default();
    let asked = [
        ("--search", typed.search != SearchArg::Auto),
        ("--bands", typed.bands != usual.bands),
        ("--rows", typed.rows != usual.rows),
        ("--seed", typed.seed != usual.seed),
    ];
    asked
        .into_iter()
        .find(|(_, asks)| *asks)
        .map(|(flag, _)| flag)
}

/// The usual settings with the bars that were typed.
pub(super) fn bars(typed: &BarArgs) -> Settings {
    Settings {
        threshold: typed.threshold,
        containment: typed.containment.0,
        min_shared_words: typed.min_shared_words,
        ..Settings::default()
    }
}

/// Other names of sources from a file.
pub(super) fn aliases(file: Option<&Path>) -> Result<Vec<Alias>, Error> {
    let Some(path) = file else {
        return Ok(Vec::new());
    };
    let text = fs::read_to_string(path)
        .map_err(|cause| Error::io("reading the names of --aliases", path, cause))?;
    config::aliases(&text).map_err(|error| in_file(error, path))
}

/// Where fields are, from a file.
fn field_map(file: Option<&Path>) -> Result<FieldMap, Error> {
    let Some(path) = file else {
        return Ok(FieldMap::new());
    };
    let text = fs::read_to_string(path)
        .map_err(|cause| Error::io("reading the fields of --map", path, cause))?;
    config::field_map(&text).map_err(|error| in_file(error, path))
}

/// An error about the content of a file that a flag names, with the file.
fn in_file(error: Error, path: &Path) -> Error {
    match error.kind() {
        ErrorKind::Setting { flag, advice } => {
            Error::setting(flag, format!("{}, {advice}", path.display()))
        }
        _ => error,
    }
}

/// The fields of records that are carried through.
pub(super) fn carried(typed: &[String]) -> Result<Vec<FieldPath>, Error> {
    let mut carried: Vec<FieldPath> = Vec::new();
    for name in typed {
        let path = FieldPath::parse(name.trim()).map_err(|what| Error::setting(CARRY, what))?;
        if carried
            .iter()
            .any(|other| other.whole_name() == path.whole_name())
        {
            return Err(Error::setting(CARRY, format!("{name:?} is named twice")));
        }
        carried.push(path);
    }
    Ok(carried)
}

const CARRY: &str = "--carry";

/// What the run may use.
pub(super) fn resources(typed: &RunningArgs, inputs: &[OsString]) -> Resources {
    // Only what is read as it is stored tells how much there is of it.
    let bytes = |input: &OsString| {
        let size = fs::metadata(input).ok().filter(fs::Metadata::is_file)?;
        let packed = [".gz", ".zst"].iter().any(|end| {
            let name = input.as_encoded_bytes();
            name.ends_with(end.as_bytes())
        });
        (!packed).then_some(size.len())
    };
    Resources {
        memory: typed.memory,
        temporary: typed.temp_dir.clone(),
        expected: inputs.iter().map(bytes).sum(),
    }
}

/// The inputs and the archive that they are matched against: all that is read.
pub(super) fn all_inputs(typed: &InputArgs, archive: &AgainstArgs) -> Vec<OsString> {
    [&typed.inputs[..], &archive.against[..]].concat()
}

/// Input from which a run says beforehand what it will hold and what it will put aside.
const WORTH_A_PLAN: u64 = 64 << 20;

/// Bytes of a record, as it may be, and what is known of a document at most (README, Limits).
const USUAL_RECORD: u64 = 2 << 10;
const OF_A_DOCUMENT: u64 = 1400;

/// What a run over so much input will take, in words; `None` for a small one or
/// where nobody knows how much is to come.
fn announcement(settings: &Settings, resources: &Resources) -> Option<String> {
    let bytes = resources.expected.filter(|&bytes| bytes >= WORTH_A_PLAN)?;
    let exact = match settings.search {
        Search::Auto => bytes <= EXACT_BYTES,
        Search::Exact => true,
        Search::Sampled | Search::Lsh => false,
    };
    // A word of six letters and its space make a shingle, a shingle a key of eight bytes.
    let keys = bytes / 6 * 8 / if exact { 1 } else { 4 };
    let aside = keys.saturating_sub(resources.keys() as u64);
    let megabytes = |bytes: u64| bytes.div_ceil(1 << 20);
    Some(format!(
        "plan: {} MB to read, {}; memory up to {} MB, and {} MB if there is a document in every {} KB; about {} MB of keys in {}",
        megabytes(bytes),
        match settings.search {
            Search::Lsh => "search by bands",
            _ if exact => "exact search",
            _ => "search by a sample of the shingles",
        },
        megabytes(resources.memory),
        megabytes(bytes / USUAL_RECORD * OF_A_DOCUMENT),
        USUAL_RECORD >> 10,
        megabytes(aside),
        match &resources.temporary {
            Some(folder) => format!("temporary files in {}", folder.display()),
            None => "temporary files".to_string(),
        }
    ))
}

/// Says what is planned, reads the inputs, and `archive` to match them against,
/// while they are surveyed, and says what was wrong with them.
pub(super) fn survey<'m>(
    read: (&[OsString], &ReadingArgs, &[FieldPath]),
    archive: &[OsString],
    keep_raw: bool,
    skip: Option<&Path>,
    settings: &Settings,
    resources: &Resources,
    messages: &'m Messages,
) -> Result<(Survey<'m>, Intake), Error> {
    if let Some(plan) = announcement(settings, resources) {
        messages.say(&plan);
    }
    let survey = Survey::new(settings, resources, messages)?;
    let temporary = resources.temporary.as_deref();
    let mut intake = read_and_tell(read, archive, keep_raw, skip, temporary, &survey)?;
    messages.intake(&intake);
    match intake.failure.take() {
        Some(error) => Err(without_first(error)),
        None => Ok((survey, intake)),
    }
}

/// The error of a run without documents, whose rejections were named one by one.
pub(super) fn without_first(error: Error) -> Error {
    match error.kind() {
        ErrorKind::NoDocuments {
            inputs, rejected, ..
        } => ErrorKind::NoDocuments {
            inputs: inputs.clone(),
            rejected: *rejected,
            first: None,
        }
        .into(),
        _ => error,
    }
}

/// Reads inputs as typed.
pub(super) fn read(
    inputs: &[OsString],
    typed: &ReadingArgs,
    keep_raw: bool,
    skip: Option<&Path>,
) -> Result<Intake, Error> {
    let mut intake = read_and_tell((inputs, typed, &[]), &[], keep_raw, skip, None, &())?;
    match intake.failure.take() {
        Some(error) => Err(error),
        None => Ok(intake),
    }
}

/// As [`read`], while `listener` hears every text.
fn read_and_tell(
    (inputs, typed, carry): (&[OsString], &ReadingArgs, &[FieldPath]),
    archive: &[OsString],
    keep_raw: bool,
    skip: Option<&Path>,
    temporary: Option<&Path>,
    listener: &dyn Listener,
) -> Result<Intake, Error> {
    let options = IngestOptions {
        archive: named(archive),
        carry: carry.to_vec(),
        keep_raw,
        skip: skip.map(PathBuf::from),
        temporary: temporary.map(PathBuf::from),
        ..reading(typed)?
    };
    ingest::read_or_tell_why(&named(inputs), io::stdin(), &options, listener)
}

fn named(typed: &[OsString]) -> Vec<Input> {
    typed.iter().cloned().map(Input::from).collect()
}

/// How to read, as typed.
pub(super) fn reading(typed: &ReadingArgs) -> Result<IngestOptions, Error> {
    Ok(IngestOptions {
        fields: FieldNames {
            id: typed.id_field.clone(),
            text: typed.text_field.clone(),
            title: typed.title_field.clone(),
            source: typed.source_field.clone(),
            published: typed.date_field.clone(),
            url: typed.url_field.clone(),
            ..FieldNames::default()
        },
        map: field_map(typed.map.as_deref())?,
        is_result,
        limits: Limits {
            text_bytes: typed.max_text,
            record_bytes: typed.max_record,
            ratio: typed.max_ratio,
            zstd_window_log: typed.max_zstd_window,
            json_depth: typed.max_json_depth,
            xml_depth: typed.max_xml_depth,
            html_depth: typed.max_html_depth,
            html_tree: typed.max_html_tree,
            html_misnested: typed.max_html_misnested,
            attributes: typed.max_attributes,
            columns: typed.max_columns,
            xml_nodes: typed.max_xml_nodes,
            mail_parts: typed.max_mail_parts,
            mail_depth: typed.max_mail_depth,
            archive_depth: typed.max_archive_depth,
            archive_members: typed.max_archive_members,
            rejections: typed.max_rejections,
            ..Limits::default()
        },
        encoding: typed.encoding.clone(),
        ..IngestOptions::default()
    })
}

/// Sets the number of threads for the whole process.
pub(super) fn threads(typed: &RunningArgs) -> Result<(), Error> {
    let Some(threads) = typed.threads else {
        return Ok(());
    };
    if !(1..=1024).contains(&threads) {
        let advice = format!("{threads} is not a number of threads between 1 and 1024");
        return Err(Error::setting("--threads", advice));
    }
    let built = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global();
    built.map_err(|cause| Error::setting("--threads", cause.to_string()))
}

/// Style of CSV cells.
pub(super) fn csv_style(typed: CsvArg) -> CsvStyle {
    match typed {
        CsvArg::Neutral => CsvStyle::Neutral,
        CsvArg::Raw => CsvStyle::Raw,
    }
}

/// Standard output for people: colours kept on a terminal only, or as told.
pub(super) fn page(color: ColorArg) -> impl Write {
    let choice = match color {
        ColorArg::Auto => AutoStream::choice(&io::stdout()),
        ColorArg::Always => ColorChoice::Always,
        ColorArg::Never => ColorChoice::Never,
    };
    io::BufWriter::new(AutoStream::new(io::stdout().lock(), choice))
}

/// Columns of standard output where it is a terminal, 80 where it is none.
/// `COLUMNS` is not read: nothing of the environment changes an output.
pub(super) fn width() -> usize {
    const NO_TERMINAL: usize = 80;
    const LEAST: usize = 20;
    let columns = io::stdout()
        .is_terminal()
        .then(terminal_size::terminal_size)
        .flatten()
        .map(|(columns, _)| usize::from(columns.0));
    columns.map_or(NO_TERMINAL, |columns| columns.max(LEAST))
}

/// Runs `write` over a stream and names it in the error.
pub(super) fn to_stream(
    mut out: impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let written = write(&mut out).and_then(|()| out.flush());
    written.map_err(|cause| Error::io("writing", "standard output", cause))
}

/// Whether a file to write is standard output.
pub(super) fn is_standard(file: &Path) -> bool {
    file.as_os_str() == "-" || file.as_os_str() == "/dev/stdout"
}

/// A failure to write what a run puts out.
pub(super) fn output_error(cause: io::Error) -> Error {
    Error::io("writing", "the output", cause)
}

/// Refuses a file to write that is an input, that is no regular file, or that
/// exists and may not be replaced.
pub(super) fn check_target(file: &Path, inputs: &[OsString], force: bool) -> Result<(), Error> {
    let refuse = |advice| -> Result<(), Error> {
        Err(ErrorKind::Overwrite {
            path: file.to_path_buf(),
            advice,
        }
        .into())
    };
    let Ok(metadata) = fs::symlink_metadata(file) else {
        return Ok(());
    };
    if !metadata.is_file() {
        return refuse("is no regular file; name another");
    }
    if is_input(file, inputs) {
        return refuse("is an input, and inputs are never overwritten; name another file");
    }
    if !force {
        return refuse("exists; give --force to replace it, or name another file");
    }
    Ok(())
}

/// Refuses an output folder in which an input lies.
pub(super) fn check_folder(folder: &Path, inputs: &[OsString]) -> Result<(), Error> {
    let Ok(own) = fs::canonicalize(folder) else {
        return Ok(());
    };
    let inside =
        |input: &OsString| fs::canonicalize(input).is_ok_and(|path| path.starts_with(&own));
    if inputs.iter().any(inside) {
        let advice = "holds an input, and inputs are never overwritten; name another folder";
        return Err(ErrorKind::Overwrite {
            path: folder.to_path_buf(),
            advice,
        }
        .into());
    }
    Ok(())
}

/// Whether `file` is one of the inputs or lies in one of them.
fn is_input(file: &Path, inputs: &[OsString]) -> bool {
    let Ok(own) = fs::canonicalize(file) else {
        return false;
    };
    inputs
        .iter()
        .any(|input| fs::canonicalize(input).is_ok_and(|path| own.starts_with(path)))
}
