//! Why a record or a file was left out: one table of codes.

use std::fmt;
use std::sync::Arc;

use crate::codes::codes;
use crate::document::Place;

codes! {
    /// Why something in the input did not become a document.
    #[non_exhaustive]
    Reason {
        Unreadable "unreadable" "The file or folder does not exist or the system refused to read it.";
        NotAFile "not_a_file" "A pipe, device, socket or link inside a folder; only regular files are opened.";
        BadName "bad_name" "The name of the file or folder is not valid UTF-8.";
        Binary "binary" "The content holds NUL bytes and others that no text has.";
        Unsupported "unsupported_format" "A format that is recognised but not read, such as PDF.";
        Truncated "truncated" "The compressed stream ends early; what came before was kept.";
        Corrupt "corrupt" "The compressed stream is damaged; what came before was kept.";
        Bomb "bomb" "The compressed stream expands beyond the ratio limit.";
        Window "zstd_window" "The zstd or xz stream needs a larger window than the limit allows.";
        TooLong "too_long" "The raw record is longer than the record limit.";
        TextTooLong "text_too_long" "The text of the document is longer than the text limit.";
        InvalidJson "invalid_json" "The line is not valid JSON.";
        NotAnObject "not_an_object" "The line is valid JSON but not an object.";
        NoText "no_text" "The text field is missing or null, or a page holds no words of a story.";
        BadField "bad_field" "The text field holds something other than a string.";
        BadCsv "bad_csv" "The record has another number of fields than the header.";
        UnclosedQuote "unclosed_quote" "A quoted field is never closed; reading went on at the next line that is a row.";
        TooDeep "too_deep" "Elements, objects or archives are nested deeper than the limit.";
        TooMany "too_many" "More parts of one kind (attributes, elements, columns, members) than the limit.";
        InvalidXml "invalid_xml" "The file is not well-formed XML; what came before the error was kept.";
        Damaged "damaged" "The structure of the file or record is broken; reading went on behind it.";
        Encrypted "encrypted" "The file or member is encrypted.";
        ReaderFailed "reader_failed" "The reader of the format failed on it, which is a defect; please report the file.";
        Undecodable "undecodable" "The bytes are text in no encoding that could be recognised.";
    }
}

impl Reason {
    /// Name of the limit in [`Limits`](super::Limits) that was hit, if it is always the same one;
    /// [`Rejection::limit`] tells it where there are several.
    pub fn limit(self) -> Option<&'static str> {
        match self {
            Reason::TextTooLong => Some("text_bytes"),
            Reason::TooLong => Some("record_bytes"),
            Reason::Bomb => Some("ratio"),
            Reason::Window => Some("zstd_window_log"),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One record or file that did not become a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Where it stands.
    pub place: Place,
    /// Why, as a code.
    pub reason: Reason,
    /// Why, in words, with what to try.
    pub message: Arc<str>,
    /// How many records it stands for: one, rows of a table that are lost together, or all of a
    /// file beyond [`Limits::rejections`](super::Limits) that have this reason; the place is that
    /// of the first.
    pub count: u64,
    /// Name of the limit in [`Limits`](super::Limits) that was hit, if one was.
    pub limit: Option<&'static str>,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// A rejection whose place is not known yet.
///
/// It travels through the layers of readers inside an `io::Error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub reason: Reason,
    pub message: Arc<str>,
    /// How many of the last bytes of a compressed stream came from the damaged part of it.
    pub spoilt: u64,
    limit: Option<&'static str>,
}

impl Refusal {
    /// A message of a limit gets the flag that moves it.
    pub fn new(reason: Reason, message: impl Into<Arc<str>>) -> Self {
        let refusal = Refusal::fixed(reason, message);
        match reason.limit() {
            Some(limit) => refusal.beyond(limit),
            None => refusal,
        }
    }

    /// Beyond a bound that no flag moves.
    pub fn fixed(reason: Reason, message: impl Into<Arc<str>>) -> Self {
        Refusal {
            reason,
            message: message.into(),
            spoilt: 0,
            limit: None,
        }
    }

    /// Too deep or too many by the limit of this name.
    pub fn beyond(self, limit: &'static str) -> Self {
        let advice = advice(limit).filter(|_| !self.message.contains("--max-"));
        Refusal {
            limit: Some(limit),
            message: match advice {
                Some(advice) => format!("{}; {advice}", self.message).into(),
                None => self.message,
            },
            ..self
        }
    }

    /// A format whose reader this build was made without.
    #[cfg(not(all(feature = "html", feature = "parquet", feature = "warc")))]
    pub fn not_built(format: &str, feature: &str) -> Self {
        let message = format!(
            "this is {format}, which this build does not read; build it with the feature `{feature}`"
        );
        Refusal::new(Reason::Unsupported, message)
    }

    pub fn at(self, place: Place) -> Rejection {
        Rejection {
            place,
            reason: self.reason,
            message: self.message,
            count: 1,
            limit: self.limit,
        }
    }
}

/// The flag that moves the limit of a name, and what it does, where a message does not say so
/// in words of its own.
fn advice(limit: &str) -> Option<&'static str> {
    Some(match limit {
        "text_bytes" => "--max-text SIZE reads longer ones",
        "record_bytes" => "--max-record SIZE reads longer ones",
        "ratio" => "--max-ratio N reads it if it is meant so",
        "zstd_window_log" => "--max-zstd-window N reads it",
        "json_depth" => "--max-json-depth N reads deeper ones",
        "xml_depth" => "--max-xml-depth N reads deeper ones",
        "attributes" => "--max-attributes N reads it",
        "columns" => "--max-columns N reads wider ones",
        "xml_nodes" => "--max-xml-nodes N reads larger ones",
        "mail_parts" => "--max-mail-parts N reads it",
        "mail_depth" => "--max-mail-depth N reads deeper ones",
        "archive_depth" => "--max-archive-depth N reads deeper ones",
        "archive_members" => "--max-archive-members N reads more",
        _ => return None,
    })
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for std::io::Error {
    fn from(refusal: Refusal) -> Self {
        std::io::Error::other(refusal)
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        match error.downcast::<Refusal>() {
            Ok(refusal) => refusal,
            Err(error) => Refusal::new(Reason::Unreadable, error.to_string()),
        }
    }
}
