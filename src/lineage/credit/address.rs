//! Addresses of known outlets: in a text, and the document's own.

use std::ops::Range;

use super::{Credit, CreditKind};
use crate::document::Document;
use crate::lineage::sources::{SourceNames, host_of};
use crate::segment::{Kind, Unit};

/// The hosts in a text that belong to a known source. In a line that is there to name
/// sources they count as names do.
pub(super) fn addresses(
    text: &str,
    units: &[Unit],
    kinds: &[Kind],
    sources: &SourceNames,
    found: &mut Vec<Credit>,
) {
    for host in hosts(text) {
        let Some(number) = text.get(host.clone()).and_then(|shown| sources.host(shown)) else {
            continue;
        };
        let at = units.partition_point(|unit| unit.end <= host.start);
        let how = match kinds.get(at) {
            Some(Kind::Credit) => CreditKind::Credit,
            Some(Kind::Licence) => CreditKind::Licence,
            Some(Kind::Byline) => CreditKind::Byline,
            Some(Kind::Furniture | Kind::OutletFurniture) => CreditKind::Page,
            _ => CreditKind::Url,
        };
        let place = match units.get(at).filter(|_| how != CreditKind::Url) {
            Some(unit) => unit.start..unit.end,
            None => host,
        };
        let credit = Credit::known(how, text, place, (sources, number));
        found.push(credit);
    }
}

/// Every run that could be a host: labels with dots between them.
fn hosts(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = bytes.get(at..)?;
            let start = at + rest.iter().position(|&byte| byte.is_ascii_alphanumeric())?;
            let run = bytes.get(start..)?;
            let length = run.iter().position(|&byte| !is_part(byte));
            let end = start + length.unwrap_or(run.len());
            at = end;
            let run = bytes.get(start..end)?;
            let dots = run.iter().rev().take_while(|&&byte| byte == b'.').count();
            let place = start..end - dots;
            if bytes.get(place.clone())?.contains(&b'.') {
                return Some(place);
            }
        }
    })
}

/// What the addresses of a document say: the outlet that it states as its source, or whose host
/// its own address has, where that is another than the document's own. `None` as well where the
/// document names none.
///
/// # Examples
/// ```
/// use wirecopy::document::Document;
/// use wirecopy::lineage::{SourceNames, address_credit};
/// let document = Document {
///     source: Some("Marne Post".into()),
///     url: Some("https://www.reuters.com/world/31".into()),
///     ..Document::default()
/// };
/// let names = SourceNames::new(["Marne Post"]);
/// let credit = address_credit(&document, &names).unwrap();
/// assert_eq!((&*credit.name, credit.place), ("Reuters", None));
/// ```
pub fn address_credit(document: &Document, sources: &SourceNames) -> Option<Credit> {
    let own = sources.number(document.source.as_deref()?)?;
    let stated = document.syndicated_from.as_deref();
    let of_host = |url: &str| sources.host(&host_of(url)?);
    let by_stated =
        stated.and_then(|from| Some((from, of_host(from).or_else(|| sources.number(from))?)));
    let by_url = || {
        document
            .url
            .as_deref()
            .and_then(|url| Some((url, of_host(url)?)))
    };
    let other = |found: &(&str, usize)| found.1 != own;
    let (line, number) = by_stated.filter(other).or_else(|| by_url().filter(other))?;
    Some(Credit {
        how: CreditKind::Url,
        place: None,
        line: line.to_string(),
        name: sources.name(number).to_string(),
        source: Some(number),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stated_source_comes_before_the_address() {
        let sources = SourceNames::new(["Marne Post"]);
        let credit = |url: Option<&str>, from: Option<&str>| {
            let document = Document {
                source: Some("Marne Post".into()),
                url: url.map(Into::into),
                syndicated_from: from.map(Into::into),
                ..Document::default()
            };
            address_credit(&document, &sources).map(|credit| credit.name)
        };
        let (reuters, ap) = ("https://www.reuters.com/x", "https://apnews.com/y");
        let first = credit(Some(reuters), Some(ap));
        assert!(first.is_some() && first != credit(Some(reuters), None));
        assert_eq!(credit(None, Some("Reuters")), Some("Reuters".to_string()));
        assert_eq!(
            credit(Some(reuters), Some("Marne Post")),
            Some("Reuters".to_string())
        );
        assert_eq!(credit(None, Some("https://unknown.example/")), None);
    }

    #[test]
    fn hosts_end_where_they_end() {
        let text = "See www.a.example, https://b.example/c.html; mail@d.example. U.S. 3.5 e. f";
        let found: Vec<&str> = hosts(text).map(|host| &text[host]).collect();
        let wanted = [
            "www.a.example",
            "b.example",
            "c.html",
            "d.example",
            "U.S",
            "3.5",
        ];
        assert_eq!(found, wanted);
        assert_eq!(hosts("...").count(), 0);
    }
}
