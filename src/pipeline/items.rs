//! The items of one feed: which of them are copies of others, seen by somebody who reads it.

use std::collections::BTreeMap;

use super::Observer;
use super::dedup::{Reason, dedup};
use super::survey::Survey;
use crate::codes::codes;
use crate::config::{Resources, Settings};
use crate::document::{Archive, Corpus, Document};
use crate::error::Error;
use crate::group::Policy;
use crate::lineage::{SourceNames, host_of};
use crate::normalise::{normalise, same_words};

codes! {
    /// What an item of a feed is to its reader.
    Outcome {
        New "new" "nothing that came before is this text";
        Identical "identical" "the same words as the kept item";
        Copy "copy" "a copy of the kept item";
        Update "update" "the kept item's own outlet changed its text or its title";
    }
}

impl Outcome {
    /// Whether a reader has it already.
    pub fn is_copy(self) -> bool {
        matches!(self, Outcome::Identical | Outcome::Copy)
    }
}

/// What was decided of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemVerdict {
    /// What it is.
    pub outcome: Outcome,
    /// Key of the item that is kept in its stead, or that it updates.
    pub kept: Option<Box<str>>,
}

impl ItemVerdict {
    /// An item that is like no other.
    pub fn new() -> Self {
        ItemVerdict {
            outcome: Outcome::New,
            kept: None,
        }
    }
}

impl Default for ItemVerdict {
    fn default() -> Self {
        ItemVerdict::new()
    }
}

/// Words below which an item is judged by its title as well: feeds say "Comments" or "Read more"
/// under every title.
const FEW_WORDS: usize = 20;

/// Judges the items of a feed, one verdict for each in their order. `decide` gets those of
/// 20 words and more, in their order, and gives a verdict for each: [`among_themselves`], or
/// what an index says, which must answer an item that it knows as it did the first time: a feed is
/// polled again and again.
///
/// Shorter ones are copies only of an item before them with the same words in title and text.
///
/// # Errors
/// What `decide` says.
pub fn judge_items(
    documents: Vec<Document>,
    decide: impl FnOnce(Vec<Document>) -> Result<Vec<ItemVerdict>, Error>,
) -> Result<Vec<ItemVerdict>, Error> {
    let mut verdicts: Vec<ItemVerdict> = documents.iter().map(|_| ItemVerdict::new()).collect();
    let mut first: BTreeMap<[Box<str>; 2], Box<str>> = BTreeMap::new();
    let (mut long, mut numbers) = (Vec::new(), Vec::new());
    for ((number, document), verdict) in documents.into_iter().enumerate().zip(&mut verdicts) {
        let text = normalise(&Archive::default().text(&document.text));
        if text.len() >= FEW_WORDS {
            numbers.push(number);
            long.push(document);
            continue;
        }
        let said = [title(&document), text.canonical().into()];
        match first.get(&said) {
            Some(kept) => {
                *verdict = ItemVerdict {
                    outcome: Outcome::Identical,
                    kept: Some(kept.clone()),
                }
            }
            None => _ = first.insert(said, document.key),
        }
    }
    if !long.is_empty() {
        for (number, decided) in numbers.into_iter().zip(decide(long)?) {
            if let Some(verdict) = verdicts.get_mut(number) {
                *verdict = decided;
            }
        }
    }
    Ok(verdicts)
}

/// Judges documents, whose texts are held, among themselves: one verdict for each in their order.
/// Keys may be there twice.
///
/// What the outlet of the kept item wrote itself is its update, unless neither text nor title
/// changed: an outlet is the same where neither its name nor the host of its address differs.
///
/// # Errors
/// As [`dedup`](super::dedup).
pub fn among_themselves(
    mut documents: Vec<Document>,
    settings: &Settings,
    resources: &Resources,
    policy: &Policy,
    observer: &dyn Observer,
) -> Result<Vec<ItemVerdict>, Error> {
    for (arrival, document) in (0u32..).zip(&mut documents) {
        document.arrival = arrival;
    }
    documents.sort_by(|a, b| (&a.key, a.arrival).cmp(&(&b.key, b.arrival)));
    let keys: Vec<Box<str>> = documents.iter().map(|d| d.key.clone()).collect();
    rename(&mut documents);
    let archive = Archive::default();
    let corpus = Corpus {
        documents: &documents,
        archive: &archive,
    };
    let survey = Survey::new(settings, resources, observer)?;
    survey.go_through(corpus)?;
    let deduped = dedup(corpus, survey, settings, resources, policy, observer)?;
    let sources = SourceNames::of(&documents, &[]);
    let mut verdicts: Vec<ItemVerdict> = keys.iter().map(|_| ItemVerdict::new()).collect();
    for decision in &deduped.decisions {
        let Some(own) = documents.get(decision.doc.index()) else {
            continue;
        };
        let kept = decision.kept.filter(|_| !decision.is_kept());
        let other = kept.and_then(|kept| documents.get(kept.index()));
        let beside = |is_same| other.map(|other| beside(own, other, is_same, &sources));
        let outcome = match decision.reason {
            Reason::Unique | Reason::Keeper => Outcome::New,
            Reason::Identical => beside(true).unwrap_or(Outcome::Identical),
            Reason::Copy | Reason::NoneKept => beside(false).unwrap_or(Outcome::Copy),
        };
        if let Some(verdict) = verdicts.get_mut(own.arrival as usize) {
            let kept = kept.and_then(|kept| keys.get(kept.index()).cloned());
            *verdict = ItemVerdict { outcome, kept };
        }
    }
    Ok(verdicts)
}

/// What an item is beside the one that is kept in its stead, both with their texts held: what
/// [`among_themselves`] says of the two.
pub fn beside_kept(own: &Document, kept: &Document) -> Outcome {
    let archive = Archive::default();
    let is_same = same_words(&archive.text(&own.text), &archive.text(&kept.text));
    let named = [own, kept].map(|document| Document {
        source: document.source.clone(),
        ..Document::default()
    });
    beside(own, kept, is_same, &SourceNames::of(&named, &[]))
}

fn beside(own: &Document, kept: &Document, is_same: bool, sources: &SourceNames) -> Outcome {
    let is_own = is_one_outlet(own, kept, sources);
    match is_same {
        true if is_own && title(own) != title(kept) => Outcome::Update,
        true => Outcome::Identical,
        false if is_own => Outcome::Update,
        false => Outcome::Copy,
    }
}

/// Gives sorted documents different keys, and keeps them sorted.
fn rename(documents: &mut [Document]) {
    // A rank of equal width before the key keeps any order, whatever the keys hold.
    for (rank, document) in documents.iter_mut().enumerate() {
        document.key = format!("{rank:08}").into();
    }
}

fn title(document: &Document) -> Box<str> {
    let title = document.title.as_deref().unwrap_or_default();
    normalise(title).canonical().into()
}

fn is_one_outlet(a: &Document, b: &Document, sources: &SourceNames) -> bool {
    let number = |document: &Document| {
        let source = document.source.as_deref();
        source.map(|source| sources.number(source).ok_or_else(|| source.to_owned()))
    };
    let host = |document: &Document| document.url.as_deref().and_then(host_of);
    let known = number(a).is_some() || host(a).is_some();
    known && number(a) == number(b) && host(a) == host(b)
}

#[cfg(test)]
mod tests {
    use super::super::Silent;
    use super::*;

    const STORY: &str = "The council of Orme voted on Friday to close the old harbour bridge for two years while engineers replace its pillars, which were found to be cracked after the flood of last winter, the mayor said.";

    fn document(key: &str, source: &str, host: &str, title: &str, text: &str) -> Document {
        Document {
            key: key.into(),
            text: text.into(),
            title: Some(title.into()),
            source: Some(source.into()),
            url: Some(format!("https://{host}/{key}").into()),
            ..Document::default()
        }
    }

    fn judged(documents: Vec<Document>) -> Vec<(&'static str, String)> {
        let settings = Settings::default();
        let resources = Resources::default();
        let verdicts = judge_items(documents, |documents| {
            among_themselves(documents, &settings, &resources, &Policy::Earliest, &Silent)
        });
        let told = |verdict: ItemVerdict| {
            let kept = verdict.kept.unwrap_or_default().to_string();
            (verdict.outcome.code(), kept)
        };
        verdicts.unwrap().into_iter().map(told).collect()
    }

    #[test]
    fn copies_updates_and_what_only_looks_like_them() {
        let changed = STORY.replace("cracked", "broken");
        let all = judged(vec![
            document("b", "Orme Post", "orme.example", "Bridge closes", STORY),
            document("a", "Hill News", "hill.example", "Bridge", &changed),
            document("b", "Orme Post", "orme.example", "Bridge closes", &changed),
            document("c", "Orme Post", "orme.example", "Closed", STORY),
            document("d", "Orme Post", "orme.example", "Bridge closes", STORY),
            document("e", "Orme Post", "other.example", "Bridge closes", STORY),
        ]);
        // The smallest key is kept, without dates: that is a's.
        let codes: Vec<&str> = all.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, ["copy", "new", "identical", "copy", "copy", "copy"]);
        assert!(all.iter().all(|(code, kept)| *code == "new" || kept == "a"));
        let own = judged(vec![
            document("a", "Orme Post", "orme.example", "Bridge closes", STORY),
            document("b", "Orme Post", "orme.example", "Bridge closes", &changed),
            document("c", "Orme Post", "orme.example", "Closed", STORY),
            document("d", "ORME POST", "www.orme.example", "Bridge Closes", STORY),
        ]);
        let codes: Vec<&str> = own.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, ["new", "update", "update", "identical"]);
    }

    #[test]
    fn few_words_need_the_title_too() {
        let short = |key, title| document(key, "Links", "links.example", title, "Comments");
        let all = judged(vec![
            short("1", "Rain"),
            short("2", "Wind"),
            short("3", "Rain."),
        ]);
        let codes: Vec<&str> = all.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, ["new", "new", "identical"]);
        assert_eq!(all[2].1, "1");
    }
}
