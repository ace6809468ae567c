//! What a page says of itself: title, date, outlet, address, and whom the story is from.

use super::super::{Limits, author};
use super::Hints;
use super::address::{day, host, keeps_copies, outlet, resolved, same_site};
use super::linked::{Linked, linked};
use super::micro::{Party, Scopes};
use super::token::{Tag, Token, Tokens};
use crate::date;

/// The facts of a page; absent where it does not say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    pub title: Option<String>,
    pub published: Option<String>,
    pub outlet: Option<String>,
    pub url: Option<String>,
    /// The address or name of the outlet that the story was taken from.
    pub syndicated_from: Option<String>,
    /// Who wrote the story.
    pub author: Option<String>,
    /// The whole text where JSON-LD has it.
    pub body: Option<String>,
}

/// The names of `meta` fields that give a date of publication, best first.
const DATES: &[&str] = &[
    "article:published_time",
    "article:published",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date.created",
    "dcterms.created",
    "dcterms.date",
    "dc.date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "citation_publication_date",
    "citation_date",
    "publishdate",
    "publish-date",
    "publish_date",
    "published-date",
    "publication_date",
    "publication-date",
    "pubdate",
    "pub_date",
    "displaydate",
    "originalpublicationdate",
    "bt:pubdate",
    "dcsext.articlefirstpublished",
    "datecreated",
    "article_date_original",
    "date",
    "doc_date",
    "date_published",
];

/// The names of `meta` fields that give authors, best first.
const AUTHORS: &[&str] = &[
    "author",
    "article:author",
    "og:article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "byl",
    "cxenseparse:recs:author",
];

/// What one pass over the page picks up.
#[derive(Default)]
struct Seen<'a> {
    meta: Vec<(String, String)>,
    blocks: Vec<&'a str>,
    title: String,
    h1: Option<String>,
    micro_headline: Option<String>,
    micro_date: Option<String>,
    micro_publisher: Option<String>,
    micro_authors: Vec<String>,
    byline: Option<String>,
    times: Vec<String>,
    canonical: Option<String>,
    base: Option<String>,
}

/// Reads the facts of a page.
pub(super) fn about(html: &str, hints: &Hints<'_>, limits: &Limits) -> About {
    let seen = seen(Tokens::limited(html, limits.attributes));
    let linked = linked(&seen.blocks);
    let meta = |names: &[&str]| {
        names.iter().find_map(|name| {
            let found = seen.meta.iter().find(|(known, _)| known == name);
            found.map(|(_, content)| content.clone())
        })
    };
    let base = seen
        .base
        .as_deref()
        .and_then(|base| resolved(base, hints.url));
    let base = base.as_deref().or(hints.url);
    let address = |address: Option<String>| address.and_then(|address| resolved(&address, base));
    let canonical = address(seen.canonical.clone());
    let shared = address(meta(&["og:url"]));
    let fetched = hints
        .url
        .filter(|url| host(url).is_some())
        .map(str::to_string);
    let (url, elsewhere) = own_address(canonical, shared, fetched, &linked);
    let site = meta(&["og:site_name"])
        .or_else(|| linked.publisher.clone())
        .or_else(|| seen.micro_publisher.clone())
        .or_else(|| meta(&["application-name", "dc.publisher", "publisher"]));
    let outlet_name = site.filter(|name| !name.contains("://")).or_else(|| {
        url.as_deref()
            .and_then(host)
            .map(|host| outlet(&host).to_string())
    });
    let stated =
        meta(&["syndication-source", "original-source"]).or_else(|| linked.based_on.clone());
    let other_than_outlet = |name: &String| {
        outlet_name
            .as_deref()
            .is_none_or(|own| !own.eq_ignore_ascii_case(name))
    };
    let syndicated_from = stated
        .filter(|stated| url.as_deref() != Some(stated))
        .filter(
            |stated| match (host(stated), url.as_deref().and_then(host)) {
                (Some(theirs), Some(own)) => !same_site(&theirs, &own),
                _ => true,
            },
        )
        .or(elsewhere)
        .or_else(|| linked.origin.clone().filter(other_than_outlet));
    let headline = meta(&["og:title"])
        .or_else(|| linked.headline.clone())
        .or_else(|| meta(&["twitter:title"]));
    let headline = headline.map(|title| without_site(&title, outlet_name.as_deref()));
    let title = headline
        .or_else(|| seen.micro_headline.clone())
        .or_else(|| seen.h1.clone())
        .or_else(|| {
            let title = folded(&seen.title);
            (!title.is_empty()).then(|| without_site(&title, outlet_name.as_deref()))
        });
    let in_meta = |name: &&str| {
        let found = seen.meta.iter().filter(|(known, _)| known == name);
        author::names(found.map(|(_, content)| content))
    };
    let author = author::names(&linked.authors)
        .or_else(|| AUTHORS.iter().find_map(in_meta))
        .or_else(|| author::names(&seen.micro_authors))
        .or_else(|| seen.byline.clone());
    About {
        author,
        title,
        published: published(&seen, &linked, meta, url.as_deref()),
        outlet: outlet_name,
        url,
        syndicated_from,
        body: linked.body,
    }
}

/// The address of the page, and its canonical one where that is another site's.
fn own_address(
    canonical: Option<String>,
    shared: Option<String>,
    fetched: Option<String>,
    linked: &Linked,
) -> (Option<String>, Option<String>) {
    let on = |url: &Option<String>| url.as_deref().and_then(host);
    // Without a fetched address the shared one stands for it, as it is the outlet's own.
    let from = fetched
        .clone()
        .filter(|url| !host(url).is_some_and(|host| keeps_copies(&host)));
    let from = from.or_else(|| shared.clone());
    let (Some(there), Some(here)) = (on(&canonical), on(&from)) else {
        let any = canonical
            .or(shared)
            .or(fetched)
            .or_else(|| linked.url.clone());
        return (any, None);
    };
    if same_site(&there, &here) {
        return (canonical, None);
    }
    let own = shared.filter(|url| host(url).is_some_and(|host| same_site(&host, &here)));
    (own.or(from), canonical)
}

/// The first date that can be read, in the order of trust; else the first that cannot.
fn published(
    seen: &Seen<'_>,
    linked: &Linked,
    meta: impl Fn(&[&str]) -> Option<String>,
    url: Option<&str>,
) -> Option<String> {
    let stated = [linked.published.clone()]
        .into_iter()
        .chain(DATES.iter().map(|name| meta(&[name])));
    let stated = stated.chain([seen.micro_date.clone()]).flatten();
    let shown = seen.times.iter().cloned();
    let mut all = stated.chain(shown).chain(url.and_then(day)).peekable();
    let first = all.peek().cloned();
    all.find(|text| date::parse(text).is_some()).or(first)
}

fn seen<'a>(tokens: Tokens<'a>) -> Seen<'a> {
    const META: usize = 500;
    const TIMES: usize = 20;
    const BLOCKS: usize = 64;
    const AUTHORS: usize = 20;
    /// Bytes of a headline, and of a title with the outlet's name.
    const TITLE: usize = 1000;
    let mut seen = Seen::default();
    let mut json = false;
    // What the text goes to that comes now, and the name of the element that ends it.
    let mut into: Option<(&str, Gather, String)> = None;
    let mut scopes = Scopes::default();
    for token in tokens {
        match token {
            Token::Open(tag) => {
                let mut whose = scopes.enter(&tag);
                if let (Some(party), Some(name)) = (whose, tag.value("content")) {
                    whose = None;
                    match party {
                        Party::Publisher => drop(seen.micro_publisher.get_or_insert(name)),
                        Party::Author if seen.micro_authors.len() < AUTHORS => {
                            seen.micro_authors.push(name)
                        }
                        Party::Author => {}
                    }
                }
                json = tag.is("script")
                    && tag.get("type").is_some_and(|kind| {
                        kind.trim()
                            .to_ascii_lowercase()
                            .starts_with("application/ld+json")
                    });
                if tag.is("meta") && seen.meta.len() < META {
                    meta(&tag, &mut seen);
                } else if tag.is("link") {
                    let canonical = tag.get("rel").is_some_and(|rel| {
                        rel.split_ascii_whitespace()
                            .any(|word| word.eq_ignore_ascii_case("canonical"))
                    });
                    if canonical && seen.canonical.is_none() {
                        seen.canonical = tag.value("href");
                    }
                } else if tag.is("base") && seen.base.is_none() {
                    seen.base = tag.value("href");
                } else if tag.is("time") && seen.times.len() < TIMES {
                    // A date before the headline is today's, or another story's.
                    let first = tag.get("pubdate").is_some()
                        || tag
                            .get("itemprop")
                            .is_some_and(|what| what.contains("datePublished"));
                    if let Some(time) = tag.value("datetime") {
                        if first {
                            seen.times.insert(0, time)
                        } else {
                            seen.times.push(time)
                        }
                    }
                }
                let wanted = gather(&tag, &seen).or(match whose {
                    Some(Party::Publisher) if seen.micro_publisher.is_none() => {
                        Some(Gather::Publisher)
                    }
                    Some(Party::Author) if seen.micro_authors.len() < AUTHORS => {
                        Some(Gather::Author)
                    }
                    _ => None,
                });
                // What stands in a byline may be the headline.
                let is_free = match (&into, wanted) {
                    (None, _) => true,
                    (Some((_, held, _)), Some(wanted)) => {
                        *held == Gather::Byline && wanted != Gather::Byline
                    }
                    _ => false,
                };
                if let (Some(wanted), true) = (wanted, is_free) {
                    into = Some((tag.name, wanted, String::new()));
                } else if let Some((_, _, text)) = &mut into {
                    text.push(' ');
                }
            }
            Token::Raw(raw) if json && seen.blocks.len() < BLOCKS => seen.blocks.push(raw),
            Token::Raw(_) => {}
            Token::Text(text) => {
                if let Some((_, _, gathered)) = &mut into
                    && gathered.len() < TITLE
                {
                    gathered.push_str(&htmlize::unescape(
                        text.get(..TITLE.min(text.len())).unwrap_or(text),
                    ));
                }
            }
            Token::Close(name) => {
                scopes.leave(name);
                if let Some((end, _, _)) = &into
                    && (end.eq_ignore_ascii_case(name)
                        || end.eq_ignore_ascii_case("h1") && name.len() == 2)
                    && let Some((_, wanted, text)) = into.take()
                {
                    let text = folded(&text);
                    match wanted {
                        _ if text.is_empty() => {}
                        Gather::Title => seen.title = text,
                        Gather::Heading => seen.h1 = Some(text),
                        Gather::Headline => seen.micro_headline = Some(text),
                        Gather::Date => seen.micro_date = Some(text),
                        Gather::Publisher => seen.micro_publisher = Some(text),
                        Gather::Author => seen.micro_authors.push(text),
                        Gather::Byline => seen.byline = byline(&text),
                    }
                }
            }
        }
    }
    seen
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gather {
    Title,
    Heading,
    Headline,
    Date,
    Publisher,
    Author,
    Byline,
}

/// What the text of an element is wanted for.
fn gather(tag: &Tag<'_>, seen: &Seen<'_>) -> Option<Gather> {
    if tag.is("title") {
        return seen.title.is_empty().then_some(Gather::Title);
    }
    if tag.is("meta") {
        return None;
    }
    let what = tag.get("itemprop").unwrap_or_default();
    let is = |name: &str| what.split_ascii_whitespace().any(|word| word == name);
    if is("headline") && seen.micro_headline.is_none() {
        return Some(Gather::Headline);
    }
    if is("datePublished")
        && seen.micro_date.is_none()
        && tag.get("datetime").is_none()
        && tag.get("content").is_none()
    {
        return Some(Gather::Date);
    }
    if tag.is("h1") && seen.h1.is_none() {
        return Some(Gather::Heading);
    }
    (seen.byline.is_none() && is_byline(tag)).then_some(Gather::Byline)
}

/// Whether an element is set as a byline.
fn is_byline(tag: &Tag<'_>) -> bool {
    let has = |name: &str, wanted: &[&str]| {
        let value = tag.get(name).unwrap_or_default();
        let mut words = value.split_ascii_whitespace();
        words.any(|word| wanted.iter().any(|known| known.eq_ignore_ascii_case(word)))
    };
    let classes = [
        "byline",
        "author",
        "author-name",
        "byline-name",
        "byline__name",
    ];
    tag.is("a") && has("rel", &["author"]) || has("class", &classes)
}

/// The names in a byline; none where it is a sentence, or tells of more.
fn byline(text: &str) -> Option<String> {
    const WORDS: usize = 12;
    let is_name = text.split(' ').count() <= WORDS && !text.contains(|c: char| c.is_ascii_digit());
    author::names([text]).filter(|_| is_name)
}

fn meta(tag: &Tag<'_>, seen: &mut Seen<'_>) {
    let Some(content) = tag.value("content") else {
        return;
    };
    let prop = tag.get("itemprop").unwrap_or_default();
    if prop == "datePublished" {
        seen.micro_date.get_or_insert_with(|| content.clone());
    } else if prop == "headline" {
        seen.micro_headline.get_or_insert_with(|| content.clone());
    }
    for key in ["property", "name", "http-equiv"] {
        if let Some(names) = tag.get(key) {
            let names = names.split_ascii_whitespace().take(4);
            seen.meta
                .extend(names.map(|name| (name.to_ascii_lowercase(), content.clone())));
        }
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A title without the name of its outlet at the end or the beginning.
fn without_site(title: &str, outlet: Option<&str>) -> String {
    const MARKS: [&str; 8] = [" | ", " - ", " – ", " — ", " :: ", " · ", " » ", " « "];
    let title = folded(title);
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let own = outlet.map(letters).filter(|own| !own.is_empty());
    let is_own = |part: &str| {
        own.as_deref().is_some_and(|own| {
            let part = letters(part);
            !part.is_empty()
                && (part == *own
                    || own.starts_with(&part) && part.len() >= 4
                    || part.starts_with(own))
        })
    };
    let mut best = title.clone();
    for mark in MARKS {
        if let Some((story, site)) = title.rsplit_once(mark)
            && story.len() > 3
            // A bar is put before a name and hardly ever into a headline.
            && (is_own(site) || (mark == " | " && site.split(' ').count() <= 4 && story.len() > site.len()))
        {
            best = story.to_string();
            break;
        }
        if let Some((site, story)) = title.split_once(mark)
            && is_own(site)
            && story.len() > 3
        {
            best = story.to_string();
            break;
        }
    }
    best
}
