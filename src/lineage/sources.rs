//! The sources that inputs and tables name, and where a text names them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ahash::{AHashMap, AHashSet};

use super::phrases::{Stands, Use, is_word};
use crate::config::{Alias, aliases};
use crate::document::Document;
use crate::normalise::{Normalised, normalise};

/// Agencies of the world; a line of `--aliases` wins over one of these.
static AGENCIES: LazyLock<Vec<Alias>> =
    LazyLock::new(|| aliases(include_str!("agencies.txt")).unwrap_or_default());

/// The agencies alone: their names are normalised once, not for each index that is opened.
static BUILT_IN: LazyLock<SourceNames> = LazyLock::new(|| {
    let mut sources = SourceNames::default();
    AGENCIES.iter().for_each(|entry| sources.take(entry));
    sources
});

/// A host belongs to the outlet of so many documents there and more ...
const HOST_DOCUMENTS: usize = 3;
/// ... that are this share of all of them, in percent.
const HOST_PERCENT: usize = 90;
/// Letters of a name in capitals that counts only as written.
const INITIALS: usize = 5;

/// The sources that the inputs name, those of the tables of aliases, and how each
/// is called.
///
/// # Examples
/// ```
/// use wirecopy::config::aliases;
/// use wirecopy::lineage::SourceNames;
/// let own = aliases("Tarnwire = Tarn Wire Service, tarnwire.example")?;
/// let names = SourceNames::with_aliases(["Tarnwire", "Mehr"], &own);
/// assert_eq!(names.number("TARN WIRE SERVICE"), names.number("tarnwire"));
/// assert_eq!(names.number("Mehr News Agency"), names.number("Mehr"));
/// assert_eq!(names.host("news.tarnwire.example"), names.number("Tarnwire"));
/// assert_eq!(names.number("Hill News"), None);
/// # Ok::<(), wirecopy::error::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SourceNames {
    /// What each is shown as: its first spelling in the inputs, else its name in a table.
    shown: Vec<String>,
    called: Vec<Called>,
    /// Names by their first word, the longest first.
    by_first_word: AHashMap<String, Vec<usize>>,
    /// Sources of several words by their initials; `None` where two share them.
    by_initials: AHashMap<String, Option<usize>>,
    hosts: AHashMap<String, usize>,
}

/// One name of a source.
#[derive(Clone, Debug)]
struct Called {
    /// Canonical.
    words: String,
    length: usize,
    source: usize,
    /// As written, where only that counts.
    exact: Option<String>,
    /// False for a name that within a story means something else.
    in_story: bool,
    /// True for a name with a capital.
    capital: bool,
}

impl Called {
    fn new(spelling: &str, words: &Normalised, source: usize, is_common: bool) -> Self {
        let letters = spelling.chars().count();
        let one_word = spelling.chars().all(char::is_alphabetic);
        let initials = one_word
            && letters <= INITIALS
            && (letters <= 3 || spelling.chars().all(char::is_uppercase))
            && spelling
                .chars()
                .any(|c| c.is_uppercase() || c.is_lowercase());
        Called {
            words: words.canonical().to_string(),
            length: words.len(),
            source,
            exact: (initials || is_common).then(|| spelling.to_string()),
            in_story: !(is_common || initials && letters < 3),
            capital: spelling.contains(char::is_uppercase),
        }
    }

    /// True where `shown`, which has its words, may be the name.
    fn is_written(&self, shown: &str) -> bool {
        let all_capitals = || !shown.chars().any(char::is_lowercase);
        let exact = self.exact.as_deref();
        exact.is_none_or(|exact| exact == shown || all_capitals())
    }
}

/// A name of a source in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// Its first token, and one past its last.
    pub from: usize,
    pub to: usize,
    pub source: usize,
    /// True where it means the source also within a story.
    pub in_story: bool,
}

impl SourceNames {
    /// Takes all spellings of the inputs; those that differ in case and punctuation
    /// only, and those that a built-in table calls one agency, are one source.
    pub fn new<'a>(spellings: impl IntoIterator<Item = &'a str>) -> Self {
        Self::with_aliases(spellings, &[])
    }

    /// As [`new`](SourceNames::new), with further names. What they say wins over
    /// the built-in table.
    pub fn with_aliases<'a>(
        spellings: impl IntoIterator<Item = &'a str>,
        aliases: &[Alias],
    ) -> Self {
        let mut sources = match aliases {
            [] => BUILT_IN.clone(),
            _ => SourceNames::default(),
        };
        if !aliases.is_empty() {
            let all = aliases.iter().chain(&*AGENCIES);
            all.for_each(|entry| sources.take(entry));
        }
        for entry in aliases {
            let name = unmarked(&entry.name).0;
            sources.note_initials(name);
        }
        let mut sorted: Vec<&str> = spellings.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut shown = AHashSet::new();
        for spelling in sorted {
            let known = sources.number(spelling);
            let Some(number) = known.or_else(|| sources.add(spelling)) else {
                continue;
            };
            if shown.insert(number) {
                sources.shown[number] = spelling.to_string();
            }
            sources.note_initials(spelling);
        }
        let called = &sources.called;
        for names in sources.by_first_word.values_mut() {
            names.sort_by_key(|&name| (std::cmp::Reverse(called[name].length), name));
        }
        sources
    }

    /// As [`with_aliases`](SourceNames::with_aliases) for the outlets of documents. A
    /// host of at least three of them that has one outlet in nine of ten and more
    /// is taken for that outlet's, unless an alias says otherwise.
    pub fn of(documents: &[Document], aliases: &[Alias]) -> Self {
        let spellings = documents.iter().filter_map(|d| d.source.as_deref());
        let mut sources = Self::with_aliases(spellings, aliases);
        let mut seen: BTreeMap<String, BTreeMap<usize, usize>> = BTreeMap::new();
        for document in documents {
            let number = |source| sources.number(source);
            let source = document.source.as_deref().and_then(number);
            let host = document.url.as_deref().and_then(host_of);
            if let (Some(source), Some(host)) = (source, host) {
                *seen.entry(host).or_default().entry(source).or_default() += 1;
            }
        }
        let typed = aliases.iter().flat_map(|entry| &entry.also);
        let typed: AHashSet<String> = typed.filter_map(|alias| host_of(alias)).collect();
        for (host, counts) in seen {
            let all: usize = counts.values().sum();
            let most = counts.into_iter().max_by_key(|&(_, count)| count);
            if let Some((source, count)) = most
                && all >= HOST_DOCUMENTS
                && count * 100 >= all * HOST_PERCENT
                && !typed.contains(&host)
            {
                sources.hosts.insert(host, source);
            }
        }
        sources
    }

    /// The number of a source by any of its names or domains.
    pub fn number(&self, spelling: &str) -> Option<usize> {
        let words = normalise(spelling);
        let found = self.named(&words).map(|called| called.source);
        found.or_else(|| {
            let host = is_host(spelling).then(|| host_of(spelling)).flatten()?;
            self.hosts.get(&host).copied()
        })
    }

    /// What a source is shown as: its first spelling in the inputs by byte order,
    /// else its name in a table.
    pub fn name(&self, number: usize) -> &str {
        self.shown.get(number).map_or("", String::as_str)
    }

    /// The source that a host belongs to, itself or by a domain above it.
    pub fn host(&self, host: &str) -> Option<usize> {
        let lower = host.to_lowercase();
        let mut host = lower.as_str();
        loop {
            if let Some(&source) = self.hosts.get(host) {
                return Some(source);
            }
            host = host.split_once('.')?.1;
        }
    }

    /// The source that a name in brackets means: by one of its names, with or without
    /// the words of an agency, or by its initials in capitals ("KPA") where only one
    /// source has them.
    pub fn meant(&self, name: &str) -> Option<usize> {
        let words = normalise(name);
        let called = self.named(&words);
        if let Some(called) = called {
            return called.is_written(name).then_some(called.source);
        }
        let hits = self.hits(name, &words);
        if let [hit] = hits[..] {
            let rest = |range: std::ops::Range<usize>, stands| {
                let mut range = range;
                range.all(|at| is_word(words.word(at), Use::Agency, stands))
            };
            if rest(0..hit.from, Stands::Before) && rest(hit.to..words.len(), Stands::After) {
                return Some(hit.source);
            }
        }
        let capitals = name.chars().all(char::is_uppercase);
        let initials = self.by_initials.get(&name.to_lowercase());
        initials.copied().flatten().filter(|_| capitals)
    }

    /// Every name that stands in a text, without overlaps: at each place the longest.
    ///
    /// Cost: a look-up for each word.
    pub(super) fn hits(&self, text: &str, words: &Normalised) -> Vec<Hit> {
        let (mut hits, mut at) = (Vec::new(), 0);
        while at < words.len() {
            match self.hit(text, words, at) {
                Some(hit) => {
                    at = hit.to;
                    hits.push(hit);
                }
                None => at += 1,
            }
        }
        hits
    }

    fn hit(&self, text: &str, words: &Normalised, at: usize) -> Option<Hit> {
        let word = words.word(at);
        let bare = without_particle(word);
        let names = self.by_first_word.get(word);
        let prefixed = bare.and_then(|bare| self.by_first_word.get(bare));
        let (word, names) = match (names, prefixed) {
            (Some(names), _) => (word, names),
            (None, Some(names)) => (bare.unwrap_or(word), names),
            (None, None) => return None,
        };
        let (name, shown) = names.iter().find_map(|&name| {
            let called = self.called.get(name)?;
            let rest = called.words.strip_prefix(word)?;
            let same = match called.length {
                1 => true,
                length => words.words(at + 1, at + length) == rest.trim_start(),
            };
            let last = words.tokens().get(at + called.length - 1)?;
            let shown = text.get(words.tokens()[at].start as usize..last.end as usize)?;
            (same && called.is_written(shown)).then_some((called, shown))
        })?;
        let to = at + name.length;
        let agency = |at: Option<usize>, stands| {
            at.is_some_and(|at| is_word(words.word(at), Use::Agency, stands))
        };
        let attested =
            || agency(at.checked_sub(1), Stands::Before) || agency(Some(to), Stands::After);
        let lower = name.capital && !shown.contains(char::is_uppercase);
        Some(Hit {
            from: at,
            to,
            source: name.source,
            in_story: !lower && (name.in_story || attested()),
        })
    }

    fn named(&self, words: &Normalised) -> Option<&Called> {
        let names = self.by_first_word.get(words.word(0))?;
        let called = names.iter().filter_map(|&name| self.called.get(name));
        let mut called = called.filter(|called| called.words == words.canonical());
        called.next()
    }

    /// Takes a line of a table. A name that is taken already keeps its source.
    fn take(&mut self, entry: &Alias) {
        let (name, _) = unmarked(&entry.name);
        let source = self.number(name).unwrap_or_else(|| {
            self.shown.push(name.to_string());
            self.shown.len() - 1
        });
        for alias in std::iter::once(&entry.name).chain(&entry.also) {
            let (alias, is_common) = unmarked(alias);
            if is_host(alias) {
                let host = host_of(alias).unwrap_or_default();
                self.hosts.entry(host).or_insert(source);
            } else {
                self.call(alias, source, is_common);
            }
        }
    }

    /// Makes a source of a spelling that none has.
    fn add(&mut self, spelling: &str) -> Option<usize> {
        let source = self.shown.len();
        if !self.call(spelling, source, false) {
            return None;
        }
        if is_host(spelling)
            && let Some(host) = host_of(spelling)
        {
            self.hosts.entry(host).or_insert(source);
        }
        self.shown.push(spelling.to_string());
        Some(source)
    }

    /// Notes a name; false where it has no word or is taken.
    fn call(&mut self, spelling: &str, source: usize, is_common: bool) -> bool {
        let words = normalise(spelling);
        if words.is_empty() || self.named(&words).is_some() {
            return false;
        }
        let names = self.by_first_word.entry(words.word(0).to_string());
        names.or_default().push(self.called.len());
        let called = Called::new(spelling, &words, source, is_common);
        self.called.push(called);
        true
    }

    fn note_initials(&mut self, spelling: &str) {
        let Some(number) = self.number(spelling) else {
            return;
        };
        let words = normalise(spelling);
        let initials = words
            .canonical()
            .split(' ')
            .filter_map(|w| w.chars().next());
        let initials: String = initials.collect();
        if words.len() > 1 {
            let entry = self.by_initials.entry(initials).or_insert(Some(number));
            *entry = entry.filter(|&other| other == number);
        }
    }
}

/// A name without the mark of a common word, and whether it had one.
fn unmarked(alias: &str) -> (&str, bool) {
    let bare = alias.strip_prefix('~');
    (bare.unwrap_or(alias).trim(), bare.is_some())
}

/// An Arabic word without the one letter that is written together with it: to, with, and.
fn without_particle(word: &str) -> Option<&str> {
    const LEAST: usize = 4;
    let rest = word.strip_prefix(['ل', 'ب', 'و', 'ف'])?;
    (rest.chars().count() >= LEAST).then_some(rest)
}

/// True for what is a domain and no name: no spaces, a dot within.
fn is_host(spelling: &str) -> bool {
    let mut labels = spelling.rsplit('.');
    let last = labels.next().unwrap_or("");
    let is_label = |label: &str| {
        let mut chars = label.chars();
        !label.is_empty() && chars.all(|c| c.is_alphanumeric() || c == '-')
    };
    spelling.contains('.')
        && last.len() > 1
        && last.chars().all(|c| c.is_lowercase())
        && labels.all(is_label)
}

/// The host of an address or domain, in lower case and without `www.`.
///
/// ```
/// use wirecopy::lineage::host_of;
/// assert_eq!(host_of("https://www.Tarnwire.example:80/31?a=b").as_deref(), Some("tarnwire.example"));
/// assert_eq!(host_of("tarnwire.example").as_deref(), Some("tarnwire.example"));
/// assert_eq!(host_of("/31"), None);
/// ```
pub fn host_of(url: &str) -> Option<String> {
    let url = url.trim();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?.trim_end_matches('.').to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    host.contains('.').then(|| host.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &SourceNames, text: &str) -> Vec<(String, bool)> {
        let hits = names.hits(text, &normalise(text));
        let shown = hits
            .iter()
            .map(|hit| (names.name(hit.source).to_string(), hit.in_story));
        shown.collect()
    }

    #[test]
    fn the_table_of_agencies_is_read() {
        let read = aliases(include_str!("agencies.txt")).unwrap();
        assert!(read.len() > 60);
        assert_eq!(&*AGENCIES, &read);
        let names = SourceNames::new([]);
        for entry in &read {
            let own = names.number(unmarked(&entry.name).0);
            assert!(own.is_some(), "{entry:?}");
            for alias in &entry.also {
                assert_eq!(names.number(unmarked(alias).0), own, "{alias}");
            }
        }
    }

    #[test]
    fn spellings_of_one_source_are_one() {
        let known = SourceNames::new(["The Ledger", "the ledger", "Ledger"]);
        assert_eq!(known.number("THE LEDGER"), known.number("The Ledger"));
        assert_ne!(known.number("Ledger"), known.number("The Ledger"));
        assert_eq!(known.number("Post"), None);
        assert_eq!(known.number(""), None);
    }

    #[test]
    fn a_name_of_the_input_is_what_an_agency_is_shown_as() {
        let names = SourceNames::new(["mehr", "Xinhua"]);
        assert_eq!(names.name(names.number("MNA").unwrap()), "mehr");
        assert_eq!(names.number("新华社"), names.number("Xinhua"));
        let reuters = names.number("Reuters").unwrap();
        assert_eq!(names.name(reuters), "Reuters");
    }

    #[test]
    fn a_line_of_the_user_wins() {
        let own = aliases("The Mehr Post = ~Mehr, FNA\nReuters = Thomson Wire").unwrap();
        let names = SourceNames::with_aliases(["Mehr"], &own);
        assert_eq!(names.number("Mehr"), names.number("The Mehr Post"));
        assert_ne!(names.number("Mehr"), names.number("Mehr News Agency"));
        assert_eq!(names.number("FNA"), names.number("Mehr"));
        assert_eq!(names.number("reuters.com"), names.number("Thomson Wire"));
    }

    #[test]
    fn common_words_and_initials_count_as_written() {
        let names = SourceNames::new(["Tarnwire", "Mehr", "The Reed Post"]);
        let yes = |name: &str| (name.to_string(), true);
        let no = |name: &str| (name.to_string(), false);
        assert_eq!(found(&names, "Mehr zum Thema, mehr nicht"), [no("Mehr")]);
        assert_eq!(found(&names, "the Mehr news agency"), [yes("Mehr")]);
        assert_eq!(found(&names, "AFP or afp"), [yes("Agence France-Presse")]);
        assert_eq!(found(&names, "the ap, the AP"), [no("Associated Press")]);
        assert_eq!(
            found(&names, "the reed post, the Reed Post"),
            [no("The Reed Post"), yes("The Reed Post")]
        );
        assert_eq!(found(&names, "The Reed Post"), [yes("The Reed Post")]);
        assert_eq!(found(&names, "tarnwire Tarnwires"), [no("Tarnwire")]);
    }

    #[test]
    fn the_longest_name_counts_and_arabic_particles_do_not() {
        let names = SourceNames::new(["Hill", "Hill News"]);
        assert_eq!(
            found(&names, "Hill News; Hill"),
            [("Hill News".into(), true), ("Hill".into(), true)]
        );
        assert_eq!(
            found(&names, "قال لرويترز"),
            [("Reuters".to_string(), true)]
        );
    }

    #[test]
    fn brackets_hold_names_initials_and_agencies() {
        let names = SourceNames::new(["Kessary Press Agency", "Tarnwire", "King Paul Academy"]);
        let meant = |name: &str| names.meant(name).map(|n| names.name(n).to_string());
        assert_eq!(meant("Tarnwire News Agency").as_deref(), Some("Tarnwire"));
        assert_eq!(meant("AP").as_deref(), Some("Associated Press"));
        assert_eq!(meant("Ap"), None);
        assert_eq!(meant("KPA"), None);
        let names = SourceNames::new(["Kessary Press Agency"]);
        assert!(names.meant("KPA").is_some());
        assert_eq!(names.meant("Kpa"), None);
        assert_eq!(names.meant("Tarnwire Kessary Press Agency"), None);
    }

    #[test]
    fn a_host_of_nearly_always_one_outlet_is_its_own() {
        let document = |source: &str, url: &str| Document {
            source: Some(source.into()),
            url: Some(url.into()),
            ..Document::default()
        };
        let mut documents = vec![document("Ledger", "https://www.ledger.example/1"); 3];
        documents.push(document("Post", "https://post.example/1"));
        documents.extend(vec![document("Post", "https://shared.example/1"); 3]);
        documents.extend(vec![document("Ledger", "https://shared.example/2"); 2]);
        let names = SourceNames::of(&documents, &[]);
        assert_eq!(names.host("news.ledger.example"), names.number("Ledger"));
        assert_eq!(names.host("shared.example"), None);
        assert_eq!(names.host("post.example"), None);
        let own = aliases("Post = ledger.example").unwrap();
        let names = SourceNames::of(&documents, &own);
        assert_eq!(names.host("ledger.example"), names.number("Post"));
        let outlets = SourceNames::new(["mehrnews.com", "hill.example"]);
        assert_eq!(outlets.number("Mehr"), outlets.number("mehrnews.com"));
        assert_eq!(outlets.host("hill.example"), outlets.number("hill.example"));
    }

    /// Every name tried at every place.
    fn hits_by_trying_all(
        names: &SourceNames,
        text: &str,
        words: &Normalised,
    ) -> Vec<(usize, usize, usize)> {
        let (mut found, mut at) = (Vec::new(), 0);
        while at < words.len() {
            let fits = |called: &&Called| {
                let (Some(first), Some(last)) = (
                    words.tokens().get(at),
                    words.tokens().get(at + called.length - 1),
                ) else {
                    return false;
                };
                words.words(at, at + called.length) == called.words
                    && called.is_written(&text[first.start as usize..last.end as usize])
            };
            match names
                .called
                .iter()
                .filter(fits)
                .max_by_key(|called| called.length)
            {
                Some(called) => {
                    found.push((at, at + called.length, called.source));
                    at += called.length;
                }
                None => at += 1,
            }
        }
        found
    }

    proptest::proptest! {
        #[test]
        fn the_index_of_names_loses_none(words in proptest::collection::vec(0usize..13, 0..20)) {
            const WORDS: [&str; 13] = ["Hill", "News", "hill", "Agency", "AP", "ap", "The", "Reed", "Post", "新华社", "dpa", "Mehr", "."];
            let names = SourceNames::new(["Hill", "Hill News", "Hill News Agency", "The Reed", "The Reed Post", "News Post"]);
            let text: Vec<&str> = words.iter().map(|&word| WORDS[word]).collect();
            let text = text.join(" ");
            let words = normalise(&text);
            let found: Vec<_> = names.hits(&text, &words).into_iter().map(|hit| (hit.from, hit.to, hit.source)).collect();
            proptest::prop_assert_eq!(found, hits_by_trying_all(&names, &text, &words));
        }
    }
}
