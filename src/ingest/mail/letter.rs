//! A message as an article: a newsletter is one.

use super::super::Limits;
use super::super::fields::Role;
use super::super::reason::{Reason, Refusal};
use super::super::record::{Cell, Cells};
use super::damaged;
use super::header::{split, words};
use super::part::Texts;

/// The fields of a message, and the name of the encoding of its text.
pub(super) fn cells(bytes: &[u8], limits: &Limits) -> Result<(Cells, &'static str), Refusal> {
    let bytes = bytes.trim_ascii_start();
    let (head, body) = split(bytes);
    if head.lines == 0 {
        return Err(damaged());
    }
    let mut texts = Texts::new(limits);
    let text = texts.of(&head, body)?;
    if text.is_empty() {
        let message = "no text: the message has no part of text or HTML; attachments are not read";
        return Err(Refusal::new(Reason::NoText, message));
    }
    let mut cells = Cells::default();
    let mut offer = |role, rank, text: Option<String>| {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            cells.offer((role, rank), Cell::Text(text));
        }
    };
    let told = |value: &Option<Vec<u8>>| value.as_deref().map(words);
    offer(Role::Text, 0, Some(text));
    offer(Role::Title, 0, told(&head.subject));
    offer(Role::Published, 0, told(&head.date));
    let id = told(&head.id);
    offer(
        Role::Key,
        0,
        id.map(|id| id.trim_matches(['<', '>', ' ']).to_owned()),
    );
    let (name, address) = head.from.as_deref().map(sender).unwrap_or_default();
    let author = name.clone().or_else(|| address.clone());
    offer(Role::Source, 0, name);
    let domain = address
        .as_deref()
        .and_then(|address| address.rsplit_once('@'));
    offer(Role::Source, 1, domain.map(|(_, domain)| domain.to_owned()));
    let (name, id) = head.list.as_deref().map(sender).unwrap_or_default();
    offer(Role::Source, 2, name.or(id));
    cells.write_by(author);
    Ok((cells, texts.encoding.unwrap_or(encoding_rs::UTF_8.name())))
}

/// The name and the address of `Name <address>`, `"Name" <address>` or `address (Name)`.
fn sender(value: &[u8]) -> (Option<String>, Option<String>) {
    let text = words(value);
    let (name, address) = match text.split_once('<') {
        Some((name, behind)) => (name, behind.split('>').next().unwrap_or(behind)),
        None => match text.split_once('(') {
            Some((address, name)) => (name.split(')').next().unwrap_or(name), address),
            None => ("", text.as_str()),
        },
    };
    let clean = |text: &str| {
        let text = text.replace('\\', "");
        let text = text.trim().trim_matches(['"', '\'']).trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    (clean(name), clean(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders() {
        let told = |value: &str| {
            let (name, address) = sender(value.as_bytes());
            (name.unwrap_or_default(), address.unwrap_or_default())
        };
        let both = ("Orme Post".to_owned(), "news@orme.example".to_owned());
        assert_eq!(told("\"Orme Post\" <news@orme.example>"), both);
        assert_eq!(told("=?utf-8?Q?Orme_Post?= <news@orme.example>, b@c"), both);
        assert_eq!(told("news@orme.example (Orme Post)"), both);
        assert_eq!(told("news@orme.example").0, "");
        assert_eq!(told("<"), <_>::default());
    }
}
