//! Words that decide about a period: data, in lower case, sorted, meant to be extended.
//!
//! A text does not say its language, so those of English, French, German,
//! Spanish, Italian and Portuguese stand together. A word of one language that
//! often ends sentences in another was left out ("set", "ago", "max").

/// Titles and the like: a name follows, never a new sentence.
const BEFORE_NAMES: &[&str] = &[
    "adm", "ald", "asst", "atty", "brig", "capt", "cardinal", "cdr", "cmdr", "col", "cpl", "det",
    "dr", "dra", "drs", "fr", "frl", "ft", "gen", "gov", "govs", "hon", "hr", "hrn", "insp", "lt",
    "maj", "messrs", "mgr", "mlle", "mlles", "mm", "mme", "mmes", "mons", "mr", "mrs", "ms", "mt",
    "pfc", "pres", "prof", "profa", "pvt", "rep", "reps", "rev", "sen", "sens", "sgt", "sres",
    "supt", "vs",
];

/// A number follows; before anything else they are words like any other.
const BEFORE_NUMBERS: &[&str] = &[
    "abs", "apr", "art", "aug", "avr", "bd", "ca", "ch", "dec", "dez", "dic", "déc", "ene", "feb",
    "fig", "figs", "févr", "jan", "janv", "juil", "jul", "jun", "kap", "mar", "no", "nos", "nov",
    "nr", "núm", "oct", "okt", "op", "p", "pag", "para", "pp", "pág", "sec", "sep", "sept", "tel",
    "tél", "vol",
];

/// May end a sentence; taken as its end only before a word that usually begins one.
const OPEN_ENDED: &[&str] = &[
    "ala", "apr", "ariz", "ark", "assn", "aug", "avda", "ave", "blvd", "bros", "calif", "cia",
    "cie", "co", "colo", "conn", "corp", "cos", "dec", "del", "dept", "depto", "dez", "dist",
    "est", "feb", "fla", "ga", "hnos", "ill", "inc", "ind", "jan", "jr", "kan", "ky", "la", "ltd",
    "ltda", "mass", "md", "mich", "minn", "mio", "miss", "mo", "mont", "mrd", "neb", "nev", "nov",
    "oct", "okla", "okt", "ore", "pa", "plc", "rd", "sept", "sr", "st", "sta", "ste", "sto", "str",
    "tenn", "tex", "univ", "va", "vt", "wash", "wis", "wyo",
];

/// A sentence goes on after them, small or not: titles that are written small,
/// words like "that is".
const NEVER_ENDING: &[&str] = &[
    "avv",
    "bzw",
    "cf",
    "d.h",
    "dott",
    "e.g",
    "evtl",
    "ggf",
    "i.e",
    "inkl",
    "p.ej",
    "sig",
    "sog",
    "sra",
    "srta",
    "u.a",
    "vgl",
    "viz",
    "vs",
    "z.b",
    "zzgl",
    "डॉ",
    "प्रो",
];

/// After the number of a day in languages that write it as an ordinal ("3. Mai").
const MONTHS: &[&str] = &[
    "april",
    "august",
    "dezember",
    "februar",
    "januar",
    "juli",
    "juni",
    "jänner",
    "mai",
    "märz",
    "november",
    "oktober",
    "september",
];

/// Before an ordinal in German ("im 20. Jahrhundert"), where a noun follows.
const BEFORE_ORDINALS: &[&str] = &[
    "ab", "am", "beim", "bis", "das", "dem", "den", "der", "des", "die", "im", "seit", "vom",
    "zum", "zur",
];

/// Words that begin sentences far more often than names. No verbs: some wires
/// write "the U.S. Has".
const STARTERS: &[&str] = &[
    "a",
    "according",
    "after",
    "all",
    "also",
    "although",
    "an",
    "and",
    "another",
    "as",
    "at",
    "because",
    "before",
    "both",
    "but",
    "by",
    "das",
    "der",
    "despite",
    "die",
    "during",
    "each",
    "earlier",
    "ein",
    "eine",
    "elle",
    "er",
    "es",
    "even",
    "every",
    "for",
    "from",
    "he",
    "her",
    "here",
    "his",
    "how",
    "however",
    "i",
    "if",
    "il",
    "ils",
    "in",
    "instead",
    "it",
    "its",
    "last",
    "later",
    "many",
    "meanwhile",
    "more",
    "most",
    "my",
    "no",
    "nor",
    "not",
    "now",
    "on",
    "once",
    "one",
    "only",
    "other",
    "others",
    "our",
    "she",
    "sie",
    "since",
    "so",
    "some",
    "still",
    "such",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "though",
    "to",
    "under",
    "until",
    "we",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "why",
    "with",
    "without",
    "yet",
    "you",
    "your",
];

/// Words that no headline and no sentence ends with.
const NEVER_LAST: &[&str] = &[
    "a", "an", "and", "as", "at", "between", "but", "by", "for", "from", "has", "have", "his",
    "in", "into", "is", "its", "of", "or", "said", "says", "than", "that", "the", "their", "to",
    "was", "were", "which", "whose", "will", "with", "would",
];

/// Words that put a time first, so that "At 5 a.m. Mr. Marsh left" is one sentence.
const BEFORE_TIMES: &[&str] = &[
    "about", "after", "around", "at", "before", "by", "from", "on", "since", "until",
];

/// For the test that they are sorted and short enough.
#[cfg(test)]
pub(super) const LISTS: &[&[&str]] = &[
    BEFORE_NAMES,
    BEFORE_NUMBERS,
    OPEN_ENDED,
    NEVER_ENDING,
    MONTHS,
    BEFORE_ORDINALS,
    STARTERS,
    NEVER_LAST,
    BEFORE_TIMES,
];

/// Bytes of the longest word that is looked up.
pub(super) const LONGEST: usize = 12;

/// Membership in one of the lists above, whatever the case of ASCII letters.
fn contains(list: &[&str], word: &str) -> bool {
    let mut buffer = [0_u8; LONGEST];
    let Some(lower) = buffer.get_mut(..word.len()) else {
        return false;
    };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    list.binary_search_by(|entry| entry.as_bytes().cmp(lower))
        .is_ok()
}

/// A word that begins sentences far more often than names.
pub(super) fn is_starter(word: &str) -> bool {
    contains(STARTERS, word)
}

/// A word that no headline and no sentence ends with.
pub(super) fn is_never_last(word: &str) -> bool {
    contains(NEVER_LAST, word)
}

/// A word that stands before the number of a rank or a day in German.
pub(super) fn is_before_ordinal(word: &str) -> bool {
    contains(BEFORE_ORDINALS, word)
}

/// A word with its period within a sentence.
pub(super) struct Period<'t> {
    /// What stands before the period.
    pub stem: &'t str,
    /// The first word of the sentence, and the one before the stem, or "".
    pub first: &'t str,
    pub before: &'t str,
    /// The word after, without signs.
    pub next: &'t str,
    /// Small and capital letters mean something.
    pub cased: bool,
}

impl Period<'_> {
    /// Whether the period belongs to an abbreviation within a sentence that goes on.
    pub(super) fn is_abbreviation(&self) -> bool {
        // "D-Calif", "(R-Pa", "/Inc", "and...Mr": what counts is the last part.
        let last = self
            .stem
            .trim_end_matches('°')
            .rsplit(|c: char| !c.is_alphanumeric() && c != '.')
            .next()
            .and_then(|last| last.rsplit("..").next())
            .unwrap_or("");
        if last.is_empty() {
            return false;
        }
        if contains(NEVER_ENDING, last) {
            return true;
        }
        let mut letters = last.chars();
        if letters.next().is_some_and(|c| c.is_ascii_digit()) {
            return self.is_ordinal(last);
        }
        let is_lone = letters.next().is_none();
        if is_lone || last.contains('.') && is_dotted(last) {
            return self.is_inside_initials(last);
        }
        if contains(BEFORE_NUMBERS, last) && self.next.starts_with(char::is_numeric) {
            return true;
        }
        self.is_written_as_title(last)
            && (contains(BEFORE_NAMES, last)
                || contains(OPEN_ENDED, last) && !self.begins_sentence())
    }

    /// "Gen" and "GEN. ADU", but not "the art of war", nor "the FT. Later".
    fn is_written_as_title(&self, last: &str) -> bool {
        let ends_small = |word: &str| word.ends_with(char::is_lowercase);
        !self.cased
            || last.starts_with(char::is_uppercase) && (ends_small(last) || !ends_small(self.next))
    }

    fn begins_sentence(&self) -> bool {
        self.cased && is_starter(self.next)
    }

    /// "am 3. Mai", "im 20. Jahrhundert".
    fn is_ordinal(&self, last: &str) -> bool {
        last.len() <= 2
            && last.bytes().all(|byte| byte.is_ascii_digit())
            && (contains(MONTHS, self.next)
                || is_before_ordinal(self.before) && !self.begins_sentence())
    }

    /// "J. Marsh", "U.S. Senate", "5 p.m. Friday".
    fn is_inside_initials(&self, last: &str) -> bool {
        if self.cased && last == "I" && self.before.starts_with(char::is_lowercase) {
            // "you and I. Then": no initial follows a small word.
            return false;
        }
        let is_time = last.eq_ignore_ascii_case("a.m") || last.eq_ignore_ascii_case("p.m");
        if is_time && self.cased && contains(BEFORE_NAMES, self.next) {
            return contains(BEFORE_TIMES, self.first);
        }
        !self.begins_sentence()
    }
}

/// Letters in ones and twos between dots: "U.S", "Ph.D", "EE.UU".
fn is_dotted(word: &str) -> bool {
    word.split('.').all(|part| part.chars().count() <= 2)
        && word.chars().all(|c| c == '.' || c.is_alphabetic())
}
