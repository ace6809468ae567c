//! What must hold whatever comes in; each fuzz target asks one of these.

#[allow(dead_code)]
#[path = "../../tests/support/dice.rs"]
mod dice;
#[allow(dead_code)]
#[path = "../../tests/support/faulty.rs"]
mod faulty;
mod feed;
mod log;

use std::path::Path;

pub use feed::cut_in_feed;
pub use log::opened_as_index;
use wirecopy::align::{PreparedText, align, apply, edit_script};
use wirecopy::config::Settings;
use wirecopy::document::Document;
use wirecopy::error::ErrorKind;
use wirecopy::ingest::{IngestOptions, Input, Intake, Limits, read_inputs};
use wirecopy::normalise::normalise;
use wirecopy::pipeline::{Silent, Titled, compare_whole, trace};
use wirecopy::write::{
    Cell, Column, CsvStyle, Export, Named, NamedPair, TableWriter, Type, View, diff_html,
    diff_json, diff_side_by_side, diff_text, diff_unified, original, publish, summary,
};

/// Reads bytes as a file of a name: nothing but documents and rejections may come of it,
/// they add up, and every text can be read again.
pub fn read(name: &str, bytes: &[u8]) {
    let options = IngestOptions {
        keep_raw: true,
        limits: Limits {
            text_bytes: 1 << 20,
            record_bytes: 4 << 20,
            ratio_after_bytes: 4 << 20,
            ..Limits::default()
        },
        ..IngestOptions::default()
    };
    let inputs = [Input::Bytes(name.to_string(), bytes.into())];
    match read_inputs(&inputs, std::io::empty(), &options) {
        Ok(intake) => {
            let counts = &intake.counts;
            assert_eq!(
                counts.read,
                counts.documents + counts.merged + counts.rejected
            );
            let corpus = intake.corpus();
            for document in corpus.documents {
                let text = corpus.archive.text(&document.text);
                assert!(text.len() <= 1 << 20);
            }
            corpus.archive.intact().expect("every text is there");
            let failed = intake
                .rejected
                .iter()
                .filter(|r| r.reason.code() == "reader_failed");
            let mut messages = failed.map(ToString::to_string);
            assert_eq!(messages.find(|message| !is_known(message)), None);
        }
        Err(error) => match error.kind() {
            ErrorKind::NoDocuments { first, .. } => {
                let defect = |first: &&String| first.contains("please report") && !is_known(first);
                assert_eq!(first.as_ref().filter(defect), None);
            }
            other => panic!("{other:?}"),
        },
    }
}

/// Parquet and Arrow are read by libraries that panic on some damage, which costs the rows at hand.
fn is_known(message: &str) -> bool {
    let known = ["the reader of Parquet failed", "the reader of Arrow failed"];
    known.iter().any(|known| message.contains(known))
}

/// Words lie in the text, in order and apart; normalising again changes nothing.
pub fn normalised(text: &str) {
    let once = normalise(text);
    let mut last = 0;
    for token in once.tokens() {
        assert!(last <= token.start && token.start <= token.end);
        assert!(text.get(token.start as usize..token.end as usize).is_some());
        last = token.end;
    }
    assert_eq!(normalise(once.canonical()).canonical(), once.canonical());
}

/// The statuses account for every byte, and the script rebuilds the second text.
pub fn aligned(a: &str, b: &str) {
    let (a, b) = (PreparedText::new(a), PreparedText::new(b));
    let alignment = align(&a, &b);
    for (side, text) in [(&alignment.a, &a), (&alignment.b, &b)] {
        let mut at = 0;
        for span in side.spans(text) {
            assert_eq!(span.range.start, at);
            assert!(text.text.get(span.range.clone()).is_some());
            at = span.range.end;
        }
        assert_eq!(at, text.text.len());
    }
    let script = edit_script(&a, &b, &alignment);
    assert_eq!(apply(a.text, &script), b.text);
}

const COLUMNS: &[Column] = &[
    Column {
        name: "id",
        kind: Type::Id,
        meaning: "",
    },
    Column {
        name: "text",
        kind: Type::Text,
        meaning: "",
    },
];

/// A table gives back what was written, and no cell in it begins a formula.
pub fn written_as_csv(rows: &[(&str, &str)]) {
    let mut bytes = Vec::new();
    let mut table = TableWriter::new(&mut bytes, COLUMNS, true).expect("memory takes all");
    for &(id, text) in rows {
        table
            .row(&[Cell::from(id), Cell::from(text)])
            .expect("memory takes all");
    }
    table.finish().expect("memory takes all");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let read: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("sound")).collect();
    assert_eq!(read.len(), rows.len());
    for (read, &(id, text)) in read.iter().zip(rows) {
        assert_eq!((original(&read[0]), original(&read[1])), (id, text));
        let active = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
        assert!(read[0].parse::<f64>().is_ok() || !read[0].starts_with(active));
        assert!(!read[1].starts_with(active));
    }
}

/// Nothing that an article says acts in what is written of it.
pub fn outputs([key, title, source, text, more]: [&str; 5]) {
    let story = "The old bridge at Marnby was closed to all traffic on Monday after divers found \
                 cracks in two of its piers, the county said. Buses will go round by Orme.";
    let document = |key: &str, text: String| Document {
        key: key.into(),
        title: Some(title.into()),
        source: Some(source.into()),
        url: Some(more.into()),
        text: text.into(),
        ..Document::default()
    };
    let (a, b) = (format!("{text}\n{story}"), format!("{story}\n{more}"));
    let other = format!("{key}~");
    let intake = Intake {
        documents: vec![document(key, a.clone()), document(&other, b.clone())],
        ..Intake::default()
    };
    let settings = Settings::default();
    let whole = compare_whole(
        Titled {
            title: Some(title),
            text: &a,
        },
        Titled {
            title: None,
            text: &b,
        },
        &settings,
    );
    let pair = NamedPair {
        a: Named {
            key,
            title: Some(title),
            text: &a,
        },
        b: Named {
            key: &other,
            title: None,
            text: &b,
        },
        whole: &whole,
    };
    let view = View {
        context: Some(1),
        width: 80,
    };
    let mut page = Vec::new();
    diff_text(pair, view, &mut page).expect("memory takes all");
    diff_side_by_side(pair, View { width: 120, ..view }, &mut page).expect("memory takes all");
    inert(&page);
    page.clear();
    diff_unified(pair, Some(1), &mut page).expect("memory takes all");
    inert(&page);
    page.clear();
    diff_html(pair, Some(1), &mut page).expect("memory takes all");
    no_element_of_its_own(&page);
    page.clear();
    diff_json(pair, &mut page).expect("memory takes all");
    serde_json::from_slice::<serde_json::Value>(&page).expect("sound");

    let trace = trace(intake, &settings, &Silent).expect("two documents");
    page.clear();
    summary(&trace, 80, &mut page).expect("memory takes all");
    inert(&page);
    let folder = tempfile::tempdir_in(Path::new("/dev/shm")).expect("a folder");
    publish(&trace, folder.path(), CsvStyle::Neutral, Export::ALL, true).expect("room");
    for export in Export::ALL {
        let written = std::fs::read_to_string(folder.path().join(export.file())).expect("text");
        match export {
            Export::GraphMl | Export::Gexf => {
                roxmltree::Document::parse(&written).expect("sound");
            }
            Export::Prov => {
                serde_json::from_str::<serde_json::Value>(&written).expect("sound");
            }
            Export::Dot => {}
        }
    }
}

/// No control character but the line feed, and nothing that turns the direction.
fn inert(page: &[u8]) {
    let page = std::str::from_utf8(page).expect("UTF-8");
    // Isolates are the page's own, and come in pairs.
    let (mut open, mut bad) = (0i32, None);
    for c in page.chars() {
        match c {
            '\u{2066}'..='\u{2068}' => open += 1,
            '\u{2069}' => open -= 1,
            '\n' | '\t' => {}
            '\u{202a}'..='\u{202e}' => bad = Some(c),
            c if c.is_control() && c != '\u{1b}' => bad = Some(c),
            _ => {}
        }
    }
    assert_eq!((open, bad), (0, None), "{page:?}");
}

/// The page has the elements that it always has: none came from a text.
fn no_element_of_its_own(page: &[u8]) {
    let page = std::str::from_utf8(page)
        .expect("UTF-8")
        .to_ascii_lowercase();
    for tag in [
        "<script", "<img", "<iframe", "<svg", "<object", "<form", "<input",
    ] {
        assert!(!page.contains(tag), "{tag}");
    }
    // A moved line points to where it stands in the other text.
    assert_eq!(
        page.matches("<a ").count(),
        page.matches("<a href=\"#r").count()
    );
    assert_eq!(page.matches("<style").count(), 1);
    assert_eq!(page.matches("<html").count(), 1);
}
