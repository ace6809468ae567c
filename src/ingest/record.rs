//! From the fields of one record to a document.

use std::ops::Range;

use super::author;
use super::fields::{Fields, Role};
use super::lookup::Lookup;
use super::mojibake;
use super::reason::{Reason, Refusal};
use crate::date;
use crate::document::{Document, Moment, Place, Text};

/// The content of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Text(String),
    /// As written.
    Number(String),
    /// Neither; what it is instead.
    Other(&'static str),
}

/// The fields of one record that play a role, each with the rank of its name.
#[derive(Default)]
pub(super) struct Cells {
    key: Option<(usize, Cell)>,
    text: Option<(usize, Cell)>,
    title: Option<(usize, Cell)>,
    source: Option<(usize, Cell)>,
    published: Option<(usize, Cell)>,
    collected: Option<(usize, Cell)>,
    url: Option<(usize, Cell)>,
    syndicated_from: Option<(usize, Cell)>,
    /// Who wrote it, where the format of the record has a place of its own for that.
    pub author: Option<String>,
    /// Where in its record the text stands as a JSON string.
    pub literal: Option<Range<usize>>,
    /// Whether the text was made by a map and stands nowhere as it is.
    pub made: bool,
    /// Values that are carried through to the outputs, as a list of texts in JSON.
    pub carried: Option<Box<[u8]>>,
}

impl Cells {
    /// Takes a field. The name of the lowest rank wins, among equal ones the
    /// first; null gives way to anything. True where the cell was taken.
    pub fn offer(&mut self, (role, rank): (Role, usize), cell: Cell) -> bool {
        let slot = match role {
            Role::Key => &mut self.key,
            Role::Text => &mut self.text,
            Role::Title => &mut self.title,
            Role::Source => &mut self.source,
            Role::Published => &mut self.published,
            Role::Collected => &mut self.collected,
            Role::Url => &mut self.url,
            Role::SyndicatedFrom => &mut self.syndicated_from,
        };
        let better = match slot {
            None | Some((_, Cell::Null)) => true,
            Some((held, _)) => cell != Cell::Null && rank < *held,
        };
        if better {
            *slot = Some((rank, cell));
        }
        better
    }

    /// Whether there is a text, even an empty one.
    pub fn has_text(&self) -> bool {
        matches!(self.text, Some((_, Cell::Text(_))))
    }

    /// What goes beside the document: whether its text was made, and what is carried through.
    pub fn aside(&mut self, fields: &Fields) -> (bool, Option<Box<[u8]>>) {
        let carried = self.carried.take();
        let author = self.author.take();
        let carried = match (&fields.lookup, author) {
            (Some(lookup), Some(author)) => lookup.with_author(carried, &author, false),
            _ => carried,
        };
        (self.made, carried)
    }

    /// Takes what is carried through of the same record, read by the names of its fields alone; who
    /// wrote it is told as its format says.
    pub fn carry_from(&mut self, plain: Cells, lookup: &Lookup) {
        self.carried = match &self.author {
            Some(author) => lookup.with_author(plain.carried, author, true),
            None => plain.carried,
        };
    }

    /// Takes who wrote it, unless somebody is known already.
    pub fn write_by<S: AsRef<str>>(&mut self, authors: impl IntoIterator<Item = S>) {
        let named = || author::names(authors);
        self.author = self.author.take().or_else(named);
    }

    /// Undoes the text, and with it the title, where they were read in a wrong encoding for
    /// certain. The text then stands nowhere as it is.
    pub fn undo_mojibake(&mut self) -> bool {
        let Some((_, Cell::Text(text))) = &mut self.text else {
            return false;
        };
        let Some(meant) = mojibake::undone(text) else {
            return false;
        };
        *text = meant;
        self.literal = None;
        if let Some((_, Cell::Text(title))) = &mut self.title
            && let Some(meant) = mojibake::undone(title)
        {
            *title = meant;
        }
        true
    }

    /// Takes from `outer` what is missing here; a text is never taken.
    pub fn fill(&mut self, outer: &Cells) {
        let slots = [
            (&mut self.key, &outer.key),
            (&mut self.title, &outer.title),
            (&mut self.source, &outer.source),
            (&mut self.published, &outer.published),
            (&mut self.collected, &outer.collected),
            (&mut self.url, &outer.url),
        ];
        for (own, theirs) in slots {
            if matches!(own, None | Some((_, Cell::Null))) {
                own.clone_from(theirs);
            }
        }
    }

    /// The fields with their roles.
    pub fn into_fields(self) -> impl Iterator<Item = (Role, Cell)> {
        let all = [
            (Role::Key, self.key),
            (Role::Text, self.text),
            (Role::Title, self.title),
            (Role::Source, self.source),
            (Role::Published, self.published),
            (Role::Collected, self.collected),
            (Role::Url, self.url),
        ];
        all.into_iter()
            .filter_map(|(role, held)| held.map(|(_, cell)| (role, cell)))
    }

    /// The document that the fields describe, and its text apart from it.
    /// Without a key it gets `path#record`, or the path where it is the whole file.
    pub fn document(
        self,
        place: Place,
        fields: &Fields,
        text_bytes: u64,
    ) -> Result<(Document, String), Refusal> {
        let text = text(self.text, fields)?;
        check_length(&text, text_bytes)?;
        let (published, published_unread) = moment(self.published);
        let (collected, collected_unread) = moment(self.collected);
        let key = words(self.key).unwrap_or_else(|| match place.record {
            Some(number) => format!("{}#{number}", place.path).into(),
            None => (&*place.path).into(),
        });
        let document = Document {
            key,
            text: Text::default(),
            title: words(self.title),
            source: words(self.source),
            published,
            collected,
            url: words(self.url),
            syndicated_from: words(self.syndicated_from),
            place,
            carried: None,
            raw: None,
            arrival: 0,
            record_hash: [0; 16],
            date_unread: published_unread || collected_unread,
            archived: false,
            renamed: false,
            indexed_group: None,
        };
        Ok((document, text))
    }

    /// The text alone, of a record that became a document before.
    pub fn into_text(mut self, fields: &Fields) -> Option<String> {
        self.undo_mojibake();
        text(self.text, fields).ok()
    }
}

fn text(cell: Option<(usize, Cell)>, fields: &Fields) -> Result<String, Refusal> {
    match cell {
        Some((_, Cell::Text(text))) => Ok(without_mark(text)),
        None => Err(Refusal::new(Reason::NoText, fields.no_text_message())),
        Some((_, Cell::Null)) => Err(Refusal::new(Reason::NoText, "no text: the field is null")),
        Some((_, Cell::Number(_))) => Err(wrong_type("a number", fields)),
        Some((_, Cell::Other(what))) => Err(wrong_type(what, fields)),
    }
}

/// The document that a whole text file is.
pub(super) fn whole_file(
    text: String,
    path: &str,
    text_bytes: u64,
) -> Result<(Document, String), Refusal> {
    let text = without_mark(text);
    check_length(&text, text_bytes)?;
    let document = Document {
        key: path.into(),
        place: Place {
            path: path.into(),
            record: None,
            offset: 0,
        },
        ..Document::default()
    };
    Ok((document, text))
}

pub(super) fn text_too_long(limit: u64) -> Refusal {
    Refusal::new(
        Reason::TextTooLong,
        format!("the text is longer than the limit of {limit} bytes for one document"),
    )
}

fn check_length(text: &str, limit: u64) -> Result<(), Refusal> {
    if text.len() as u64 > limit {
        return Err(text_too_long(limit));
    }
    Ok(())
}

fn wrong_type(what: &str, fields: &Fields) -> Refusal {
    Refusal::new(
        Reason::BadField,
        format!(
            "the text field holds {what}, not a string; {}",
            fields.advice()
        ),
    )
}

pub(super) fn without_mark(mut text: String) -> String {
    const MARK: char = '\u{feff}';
    if text.starts_with(MARK) {
        text.drain(..MARK.len_utf8());
    }
    text
}

/// A string or a number as words; anything else, and blanks alone, is no value.
fn words(cell: Option<(usize, Cell)>) -> Option<Box<str>> {
    match cell?.1 {
        Cell::Text(text) | Cell::Number(text) if !text.trim().is_empty() => Some(text.into()),
        _ => None,
    }
}

/// The date, and whether there was one that could not be read.
fn moment(cell: Option<(usize, Cell)>) -> (Option<Moment>, bool) {
    match cell.map(|(_, cell)| cell) {
        None | Some(Cell::Null) => (None, false),
        Some(Cell::Other(_)) => (None, true),
        Some(Cell::Text(text) | Cell::Number(text)) => {
            let read = date::parse(&text);
            (read, read.is_none() && !text.trim().is_empty())
        }
    }
}
