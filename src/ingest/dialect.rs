//! How a table writes its fields, told by its first lines.

use super::delimited::{self, DELIMITERS};
use super::fields::Fields;
use super::scan::Dialect;

/// Lines that are looked at.
const LINES: usize = 32;

/// The dialect of a table that begins with `head`.
pub(super) fn of(head: &[u8], preferred: u8, fields: &Fields) -> Dialect {
    let delimiter = delimiter(head, preferred, fields);
    let quote = quote(head, delimiter);
    let spaced = is_spaced(head, delimiter, quote);
    Dialect {
        delimiter,
        quote,
        escape: escapes(head, (delimiter, quote, spaced)).then_some(b'\\'),
        spaced,
    }
}

/// Whether nearly all quotes behind a delimiter stand behind a blank, too, as in `a, "b", "c"`.
fn is_spaced(head: &[u8], delimiter: u8, quote: u8) -> bool {
    const LEAST: usize = 2;
    if delimiter == b' ' {
        return false;
    }
    let (mut spaced, mut opening) = (0, 0);
    for at in memchr::memchr_iter(quote, head) {
        let before = head.get(..at).unwrap_or_default();
        let bare = before.trim_ascii_end();
        let blanks = before.get(bare.len()..).unwrap_or_default();
        // Behind a blank a quote may open a word of a text as well.
        if bare.last() == Some(&delimiter) && blanks.iter().all(|&byte| byte == b' ') {
            opening += 1;
            spaced += usize::from(!blanks.is_empty());
        }
    }
    let (_, closing) = edges(head, delimiter, quote);
    spaced >= LEAST && spaced * 5 >= opening * 4 && closing * 5 >= spaced * 4
}

fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split(|&byte| byte == b'\n' || byte == b'\r')
        .filter(|line| !line.trim_ascii().is_empty())
        .take(LINES)
}

/// The one that makes known names of a line, else the one that most lines hold.
fn delimiter(head: &[u8], preferred: u8, fields: &Fields) -> u8 {
    // Spreadsheets write it into a line of its own.
    if let Some(&told) = head.strip_prefix(b"sep=").and_then(<[u8]>::first)
        && (told.is_ascii_punctuation() || told == b'\t')
    {
        return told;
    }
    let mut sniffed = lines(head).map(|line| delimited::sniff(line, preferred, fields));
    if let Some((delimiter, _)) = sniffed.find(|(_, sure)| *sure) {
        return delimiter;
    }
    let held = |&delimiter: &u8| {
        let holding = lines(head).filter(|line| line.contains(&delimiter));
        (holding.count(), delimiter == preferred)
    };
    DELIMITERS.into_iter().max_by_key(held).unwrap_or(preferred)
}

fn is_edge(byte: Option<&u8>, delimiter: u8) -> bool {
    byte.is_none_or(|&byte| byte == delimiter || byte == b'\n' || byte == b'\r')
}

/// Quotes at the beginnings and at the ends of fields.
fn edges(head: &[u8], delimiter: u8, quote: u8) -> (usize, usize) {
    let (mut opening, mut closing) = (0, 0);
    for at in memchr::memchr_iter(quote, head) {
        let before = at.checked_sub(1).and_then(|at| head.get(at));
        opening += usize::from(is_edge(before, delimiter));
        closing += usize::from(is_edge(head.get(at + 1), delimiter));
    }
    (opening, closing)
}

/// An apostrophe begins many a field and ends few: only where both agree it is a quote.
fn quote(head: &[u8], delimiter: u8) -> u8 {
    let (usual, _) = edges(head, delimiter, b'"');
    let (opening, closing) = edges(head, delimiter, b'\'');
    let is_quote = usual == 0 && opening >= 2 && closing * 5 >= opening * 4;
    if is_quote { b'\'' } else { b'"' }
}

/// Whether quotes within quotes are written with a backslash: read so no field goes on behind
/// its closing quote, and some do where quotes are doubled, as the standard has it.
fn escapes(head: &[u8], marks: (u8, u8, bool)) -> bool {
    let faults = |escape| faults(head, marks, escape);
    faults(None) > 0 && faults(Some(b'\\')) == 0
}

/// Closing quotes behind which a field goes on.
fn faults(head: &[u8], (delimiter, quote, spaced): (u8, u8, bool), escape: Option<u8>) -> usize {
    let is_end = |byte: u8| byte == delimiter || byte == b'\n' || byte == b'\r';
    let (mut faults, mut at) = (0, 0);
    let (mut starts, mut quoted) = (true, false);
    while let Some(&byte) = head.get(at) {
        at += 1;
        if !quoted {
            quoted = starts && byte == quote;
            starts = is_end(byte) || starts && spaced && byte == b' ';
        } else if Some(byte) == escape {
            at += 1;
        } else if byte == quote {
            match head.get(at) {
                Some(&next) if next == quote && escape.is_none() => at += 1,
                next if is_edge(next, delimiter) => (quoted, starts) = (false, false),
                _ => faults += 1,
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::FieldNames;
    use super::*;

    #[test]
    fn the_first_lines_tell() {
        let fields = Fields::new(&FieldNames::default());
        let told = |head: &str| of(head.as_bytes(), b',', &fields);
        let usual = Dialect::usual(b',');
        assert_eq!(told("id,text\n1,\"a \"\"b\"\" c\"\n"), usual);
        assert_eq!(told("sep=;\nid;text\n").delimiter, b';');
        assert_eq!(told("A report, of May\n\nid|text|url\n").delimiter, b'|');
        assert_eq!(told("a;b\n1,5;2\n").delimiter, b';');
        assert_eq!(told("id,text\n1,'a, b'\n2,'c'\n").quote, b'\'');
        assert_eq!(told("id,text\n1,'tis\n2,'twas so\n").quote, b'"');
        assert_eq!(told("id,text\n1,\"a \\\"b\\\" c\"\n").escape, Some(b'\\'));
        assert_eq!(told("id,text\n\"c:\\\",\"b\"\n").escape, None);
        assert_eq!(told("id,text\n1,\"\\\"\"\"\n").escape, None);
        let spaced = told("id, \"text\", \"url\"\n1, \"a, \\\"b\\\"\", \"c\"\n");
        assert!(spaced.spaced);
        assert_eq!(spaced.escape, Some(b'\\'));
        for head in [
            "id,text\n1,\"a\"\n2,\"b\"\n3, \"c\"\n",
            "id,text\n1,He said \"no\", \"never\"\n2,\"a\"\n",
            "id,text\n1, \"a\n2, \"b\n",
            "id,text\n",
        ] {
            assert!(!told(head).spaced, "{head}");
        }
    }
}
