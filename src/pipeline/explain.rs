//! Why two documents are, or are not, one group.

use super::passages::{Passage, Text, passages};
use super::relate::group_documents;
use super::search::{Found, find};
use super::survey::Survey;
use super::{Observer, doc, outlets};
use crate::candidates::{CandidatePair, window_for, winnow};
use crate::codes::codes;
use crate::config::{Resources, Search, Settings};
use crate::document::{Corpus, DocId};
use crate::error::Error;
use crate::group::{Edge, way};
use crate::shingle::ShingleSet;
use crate::sketch::MinHasher;
use crate::verify::{
    Standing, VerifiedPair, containment, covered_words, jaccard, judge, longest_run, overlap,
    verify,
};

codes! {
    /// What decides whether two documents are one group.
    Rule {
        Identical "identical" "their words are the same";
        Jaccard "jaccard" "their Jaccard reaches its bar";
        Containment "containment" "containment reaches its bar, and enough words are shared";
        Chain "chain" "other documents join them, and each step reaches a bar";
        Excerpt "excerpt" "one stands in the other, which is more than four times as long";
        Template "template" "one form filled in twice";
        TemplateKin "template_kin" "of one form, as a third document shows that fills it in too";
        Short "short" "one has under 20 words, and then only identical texts merge";
        RoundUp "round_up" "one is a round-up of several stories and stays with its best part";
        NotCompared "not_compared" "a bar is reached, but the search did not propose the pair";
        Below "below" "no bar is reached";
    }
}

/// One of the two documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The document.
    pub doc: DocId,
    /// Its words.
    pub words: u32,
    /// Its distinct shingles.
    pub shingles: u32,
    /// Its fingerprints.
    pub fingerprints: u32,
    /// The id of its group, if it is in one.
    pub group: Option<String>,
}

/// Two neighbours on the way from one document to the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The nearer to A.
    pub from: DocId,
    /// The nearer to B.
    pub to: DocId,
    /// Exact Jaccard of the two.
    pub jaccard: f64,
    /// Share of `from`'s shingles that `to` has.
    pub containment_from: f64,
    /// Share of `to`'s shingles that `from` has.
    pub containment_to: f64,
}

/// Everything that speaks for and against one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The settings of the search.
    pub settings: Settings,
    /// How pairs were found.
    pub search: Search,
    /// Documents of the input.
    pub documents: u64,
    /// The first document.
    pub a: Explained,
    /// The second document.
    pub b: Explained,
    /// Distinct shingles that both have.
    pub shared: u32,
    /// Words in shared shingles, in the text that has fewer of them.
    pub shared_words: u32,
    /// Words of the longest run that stands in both.
    pub longest_run_words: u32,
    /// Bands in which the two signatures agree.
    pub bands_shared: u32,
    /// Estimate of the Jaccard: the share of equal slots.
    pub estimate: f64,
    /// Fingerprints that both have.
    pub fingerprints_shared: u32,
    /// Words of a shared run that fingerprints find for certain; `None` where
    /// the search does without them.
    pub certain_run_words: Option<u32>,
    /// Buckets of the whole search with too many texts to pair them all: where
    /// there are some, a shared band or fingerprint need not have proposed the two.
    pub capped_buckets: u64,
    /// The longest passages that both have, the longest first.
    pub passages: Vec<Passage>,
    /// Whether the two are in one group.
    pub same_group: bool,
    /// What decided that.
    pub rule: Rule,
    /// What the two alone amount to; differs from `rule` only for a chain.
    pub pair_rule: Rule,
    /// The verified pairs that join the two, where the rule is a chain.
    pub chain: Vec<Step>,
}

impl Explanation {
    /// Exact Jaccard.
    pub fn jaccard(&self) -> f64 {
        jaccard(self.shared, self.a.shingles, self.b.shingles)
    }

    /// Share of A's shingles that B has.
    pub fn containment_a(&self) -> f64 {
        containment(self.shared, self.a.shingles)
    }

    /// Share of B's shingles that A has.
    pub fn containment_b(&self) -> f64 {
        containment(self.shared, self.b.shingles)
    }

    /// True where banding proposes the pair.
    pub fn by_banding(&self) -> bool {
        self.search == Search::Lsh && self.bands_shared > 0
    }

    /// True where a shared fingerprint proposes the pair.
    pub fn by_fingerprints(&self) -> bool {
        self.certain_run_words.is_some() && self.fingerprints_shared > 0
    }

    /// Shingles that the two would have to share more for the Jaccard to reach
    /// its bar; 0 where it does, `None` where their sizes differ too much.
    pub fn shingles_missing(&self) -> Option<u32> {
        let (m, n) = (self.a.shingles, self.b.shingles);
        let reaches = |&shared: &u32| jaccard(shared, m, n) >= self.settings.threshold;
        let wanted = (self.shared..=m.min(n)).find(reaches)?;
        Some(wanted - self.shared)
    }
}

/// Searches the documents and explains two of them.
///
/// Cost: a search, and one more reading of every distinct text to count who has
/// the shared passages.
///
/// # Errors
/// A setting that makes no sense, two times the same document, or a stop that the
/// observer asked for.
pub fn explain(
    corpus: Corpus<'_>,
    survey: Survey<'_>,
    (a, b): (DocId, DocId),
    settings: &Settings,
    resources: &Resources,
    observer: &dyn Observer,
) -> Result<Explanation, Error> {
    if a == b {
        return Err(Error::setting(
            "explain",
            "A and B are one document; name two",
        ));
    }
    let outlets = outlets(corpus.documents);
    let surveyed = survey.conclude(corpus);
    let found = find(corpus, surveyed, settings, resources, observer)?;
    let (groups, _, group_of) = group_documents(corpus, &found, settings);
    let group = |doc: DocId| Some(groups.get((*group_of.get(doc.index())?)?)?.id.clone());

    let (original_a, original_b) = (corpus.text(a), corpus.text(b));
    let text_a = Text::read(&original_a, settings);
    let text_b = Text::read(&original_b, settings);
    let window = window_for(settings.width, settings.threshold, settings.containment);
    let explained = |doc: DocId, text: &Text<'_>| Explained {
        doc,
        words: text.words.len() as u32,
        shingles: text.set.len() as u32,
        fingerprints: fingerprints(text, window).len() as u32,
        group: group(doc),
    };
    let shared_words =
        covered_words(&text_a.list, &text_b.set).min(covered_words(&text_b.list, &text_a.set));
    let (bands_shared, estimate) = sketched(&text_a, &text_b, settings);
    let (prints_a, prints_b) = (fingerprints(&text_a, window), fingerprints(&text_b, window));
    let (class_a, class_b) = (class(&found, a), class(&found, b));
    let pair_rule = pair_rule(
        &found,
        (&text_a, class_a),
        (&text_b, class_b),
        &outlets,
        settings,
    );
    let (explained_a, explained_b) = (explained(a, &text_a), explained(b, &text_b));
    let same_group = explained_a.group.is_some() && explained_a.group == explained_b.group;
    let merges = matches!(
        pair_rule,
        Rule::Identical | Rule::Jaccard | Rule::Containment
    );
    let by_chain = same_group && !merges;
    let passages = passages(&text_a, &text_b, corpus, &found, settings, observer)?;
    corpus.archive.intact()?;
    Ok(Explanation {
        settings: settings.clone(),
        search: found.search,
        documents: corpus.documents.len() as u64,
        shared: overlap(&text_a.set, &text_b.set),
        shared_words,
        longest_run_words: longest_run(&text_a.list, &text_b.list),
        bands_shared,
        estimate,
        fingerprints_shared: overlap(
            &ShingleSet::new(prints_a.into_iter()),
            &ShingleSet::new(prints_b.into_iter()),
        ),
        certain_run_words: (found.search == Search::Lsh && settings.containment.is_some())
            .then(|| (window + settings.width - 1) as u32),
        capped_buckets: found.counts.capped_buckets,
        passages,
        a: explained_a,
        b: explained_b,
        same_group,
        rule: if by_chain { Rule::Chain } else { pair_rule },
        pair_rule,
        chain: if by_chain {
            chain(&found, a, b)
        } else {
            Vec::new()
        },
    })
}

/// The distinct fingerprints of a text, ascending.
fn fingerprints(text: &Text<'_>, window: usize) -> Vec<u64> {
    let shingles: Vec<u64> = text.list.iter().map(|shingle| shingle.hash).collect();
    winnow(&shingles, window)
}

/// Bands in which two signatures agree, and the estimate of their Jaccard.
fn sketched(a: &Text<'_>, b: &Text<'_>, settings: &Settings) -> (u32, f64) {
    if a.set.is_empty() || b.set.is_empty() {
        return (0, 0.0);
    }
    let hasher = MinHasher::new(settings.slots(), settings.seed);
    let (x, y) = (hasher.sign(a.set.hashes()), hasher.sign(b.set.hashes()));
    let bands = x
        .slots
        .chunks(settings.rows)
        .zip(y.slots.chunks(settings.rows));
    let equal = bands.filter(|(x, y)| x == y).count();
    (equal as u32, x.estimate(&y))
}

fn class(found: &Found, doc: DocId) -> u32 {
    found.classes.of(doc.0)
}

/// What two documents amount to by themselves.
fn pair_rule(
    found: &Found,
    (a, class_a): (&Text<'_>, u32),
    (b, class_b): (&Text<'_>, u32),
    outlets: &[Option<u32>],
    settings: &Settings,
) -> Rule {
    if class_a == class_b {
        return Rule::Identical;
    }
    let pair = CandidatePair::new(class_a, class_b);
    let (first, second) = if class_a < class_b { (a, b) } else { (b, a) };
    let alone = verify(
        pair,
        judge(&first.set, &second.set, settings),
        &first.side(outlet(found, pair.a, outlets)),
        &second.side(outlet(found, pair.b, outlets)),
        settings,
    );
    let key = |pair: &VerifiedPair| (pair.a, pair.b);
    let verified = found.pairs.binary_search_by_key(&(pair.a, pair.b), key);
    match verified.ok().and_then(|at| found.pairs.get(at)) {
        None if alone.is_some() => Rule::NotCompared,
        None => Rule::Below,
        Some(known) => match known.standing {
            Standing::Excerpt => Rule::Excerpt,
            Standing::Short => Rule::Short,
            Standing::Borderline => Rule::Below,
            Standing::Template if alone.is_some_and(|it| it.standing == Standing::Copy) => {
                Rule::TemplateKin
            }
            Standing::Template => Rule::Template,
            Standing::Copy if found.is_bridge(known) => Rule::RoundUp,
            Standing::Copy if known.jaccard() >= settings.threshold => Rule::Jaccard,
            Standing::Copy => Rule::Containment,
        },
    }
}

/// The outlet of a class, if all its documents have the same.
fn outlet(found: &Found, class: u32, outlets: &[Option<u32>]) -> Option<u32> {
    let members = found.classes.members(class);
    let outlet = |&member: &u32| outlets.get(member as usize).copied().flatten();
    let first = members.first().and_then(outlet)?;
    let same = |member: &u32| outlet(member) == Some(first);
    members.iter().all(same).then_some(first)
}

/// The verified pairs by which the group of two documents joins them.
fn chain(found: &Found, a: DocId, b: DocId) -> Vec<Step> {
    let counts = |pair: &&VerifiedPair| pair.standing == Standing::Copy && !found.is_bridge(pair);
    let copies: Vec<&VerifiedPair> = found.pairs.iter().filter(counts).collect();
    let edge = |pair: &&VerifiedPair| Edge {
        a: pair.a,
        b: pair.b,
        jaccard: pair.jaccard(),
    };
    let edges: Vec<Edge> = copies.iter().map(edge).collect();
    let classes = way(&edges, class(found, a), class(found, b)).unwrap_or_default();
    // A class on the way is its first document; the ends are the two themselves.
    let document = |at: usize| match at {
        0 => a,
        _ if at + 1 == classes.len() => b,
        _ => doc(found.classes.first(classes[at])),
    };
    let steps = classes.windows(2).enumerate().filter_map(|(at, step)| {
        let pair = CandidatePair::new(step[0], step[1]);
        let place = copies.binary_search_by_key(&(pair.a, pair.b), |known| (known.a, known.b));
        let known = copies.get(place.ok()?)?;
        let (first, second) = (known.containment_a(), known.containment_b());
        let forward = step[0] == pair.a;
        Some(Step {
            from: document(at),
            to: document(at + 1),
            jaccard: known.jaccard(),
            containment_from: if forward { first } else { second },
            containment_to: if forward { second } else { first },
        })
    });
    steps.collect()
}
