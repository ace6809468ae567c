//! Text to canonical tokens, each with its byte range in the original.
//!
//! The canonical text is Unicode NFKC with default case folding, invisible
//! characters removed and Arabic and Persian letter variants unified; it is the
//! sequence of tokens joined by single spaces. Two texts with the same canonical
//! text differ only in wrapping, punctuation, typography or case.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word: a maximal run of letters, marks and digits. In scripts written
/// without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar) a letter with its
/// marks is a token of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// First byte in the original text.
    pub start: u32,
    /// One past the last byte in the original text. A character that holds
    /// several words (`½` is 1⁄2) gives all its bytes to the first of them.
    pub end: u32,
    canonical_start: u32,
    canonical_end: u32,
}

/// A text as its tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Normalised {
    canonical: String,
    tokens: Vec<Token>,
    removed: u32,
}

impl Normalised {
    /// The tokens in text order; byte ranges never overlap and never go back.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Number of tokens, which is what wirecopy calls words.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// True for a text without a single letter or digit.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// All tokens joined by single spaces.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Invisible characters (soft hyphens, zero-width and bidi controls,
    /// variation selectors, tatweel) that were left out.
    pub fn removed(&self) -> u32 {
        self.removed
    }

    /// The canonical form of token `index`.
    pub fn word(&self, index: usize) -> &str {
        self.words(index, index + 1)
    }

    /// The canonical form of tokens `from..to`, joined by single spaces; empty
    /// where the range is empty or out of bounds.
    pub fn words(&self, from: usize, to: usize) -> &str {
        if from >= to {
            return "";
        }
        match (self.tokens.get(from), self.tokens.get(to - 1)) {
            (Some(first), Some(last)) => self
                .canonical
                .get(first.canonical_start as usize..last.canonical_end as usize)
                .unwrap_or(""),
            _ => "",
        }
    }
}

/// Turns a text into canonical tokens.
///
/// Cost: one pass; ASCII words are lower-cased in place, other words go through
/// NFKC and case folding letter by letter. Texts beyond 256 MiB are not
/// supported (offsets are 32 bits and NFKC may grow a text elevenfold); ingest
/// limits them far below that.
///
/// # Examples
/// ```
/// use wirecopy::normalise::normalise;
/// let text = normalise("“Don’t panic”, said the U.S. ﬁre chief");
/// assert_eq!(text.canonical(), "don t panic said the u s fire chief");
/// let chief = text.tokens()[8];
/// assert_eq!(&"“Don’t panic”, said the U.S. ﬁre chief"[chief.start as usize..chief.end as usize], "chief");
/// ```
pub fn normalise(text: &str) -> Normalised {
    let mut writer = TokenWriter {
        out: Normalised {
            canonical: String::with_capacity(text.len()),
            tokens: Vec::with_capacity(text.len() / 6),
            removed: 0,
        },
        joint: Joint::default(),
    };
    let bytes = text.as_bytes();
    let mut cluster = Cluster::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next_is_ascii = bytes.get(at + 1).is_none_or(u8::is_ascii);
        if byte.is_ascii() && next_is_ascii {
            if byte.is_ascii_alphanumeric() {
                let rest = bytes.get(at..).unwrap_or(&[]);
                let run = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric());
                let run = run.count();
                // A letter before something other than ASCII may join it.
                let plain = rest.get(run).is_none_or(u8::is_ascii);
                let end = at + if plain { run } else { run - 1 };
                writer.push_ascii(text.get(at..end).unwrap_or(""), at);
                at = end;
            } else {
                writer.close();
                at += 1;
            }
        } else {
            let length = cluster.read(&text[at..]);
            writer.push_cluster(&cluster, at, at + length);
            at += length;
        }
    }
    writer.close();
    writer.out
}

/// Whether two texts are the same words in the same order.
///
/// # Examples
/// ```
/// use wirecopy::normalise::same_words;
/// assert!(same_words("Rain in Orme", "RAIN, in “Orme”."));
/// assert!(!same_words("Rain in Orme", "Rain"));
/// ```
pub fn same_words(a: &str, b: &str) -> bool {
    a == b || normalise(a).canonical() == normalise(b).canonical()
}

/// Where canonical characters join into words.
#[derive(Clone, Copy, Default)]
pub(crate) struct Joint {
    /// A word is open: the next letter may join it.
    pub(crate) open: bool,
    /// The open word began with a letter of a script without spaces.
    pub(crate) after_spaceless: bool,
}

impl Joint {
    /// Takes in a letter, mark or digit; true where it begins a word.
    #[inline]
    pub(crate) fn begins(&mut self, c: char) -> bool {
        let spaceless = is_spaceless(c);
        let joins = self.open && (is_mark(c) || !(spaceless || self.after_spaceless));
        if !joins {
            self.open = true;
            self.after_spaceless = spaceless;
        }
        !joins
    }
}

/// Builds the token list character by character.
struct TokenWriter {
    out: Normalised,
    joint: Joint,
}

impl TokenWriter {
    /// Adds one canonical character that came from `start..end` of the original.
    fn push(&mut self, c: char, start: usize, end: usize) {
        if self.joint.begins(c) {
            if !self.out.canonical.is_empty() {
                self.out.canonical.push(' ');
            }
            let at = self.out.canonical.len() as u32;
            self.out.tokens.push(Token {
                start: start as u32,
                end: end as u32,
                canonical_start: at,
                canonical_end: at,
            });
        }
        self.out.canonical.push(c);
        if let Some(token) = self.out.tokens.last_mut() {
            token.end = end as u32;
            token.canonical_end = self.out.canonical.len() as u32;
        }
    }

    /// Adds ASCII letters and digits that stand at `start`, one and more.
    fn push_ascii(&mut self, run: &str, start: usize) {
        let mut chars = run.chars();
        if let Some(first) = chars.next() {
            self.push(first.to_ascii_lowercase(), start, start + 1);
        }
        let from = self.out.canonical.len();
        self.out.canonical.push_str(chars.as_str());
        if let Some(rest) = self.out.canonical.get_mut(from..) {
            rest.make_ascii_lowercase();
        }
        if let Some(token) = self.out.tokens.last_mut() {
            token.end = (start + run.len()) as u32;
            token.canonical_end = self.out.canonical.len() as u32;
        }
    }

    fn close(&mut self) {
        self.joint.open = false;
    }

    fn push_cluster(&mut self, cluster: &Cluster, start: usize, end: usize) {
        self.out.removed += cluster.removed;
        let mut from = start;
        for &c in &cluster.chars {
            if is_of_word(c) {
                self.push(c, from, end);
                // A further token of the same character owns none of its bytes.
                from = end;
            } else {
                self.close();
            }
        }
    }
}

/// A character with everything that may compose with it, normalised.
#[derive(Debug, Default)]
pub(crate) struct Cluster {
    source: Vec<char>,
    /// Its canonical characters.
    pub(crate) chars: Vec<char>,
    /// Invisible characters in it.
    pub(crate) removed: u32,
}

impl Cluster {
    /// Reads one cluster from the start of `rest` and returns its length in bytes.
    pub(crate) fn read(&mut self, rest: &str) -> usize {
        self.source.clear();
        self.chars.clear();
        self.removed = 0;
        let mut length = 0;
        for c in rest.chars() {
            if is_invisible(c) {
                self.removed += 1;
            } else if self.source.is_empty() || continues_cluster(c) {
                self.source.push(unify_arabic(c));
            } else {
                break;
            }
            length += c.len_utf8();
        }
        if let [c] = self.source[..]
            && c.is_ascii()
        {
            self.chars.push(c.to_ascii_lowercase());
        } else {
            self.chars.extend(fold(self.source.iter().copied()));
            let all = self.chars.len();
            self.chars.retain(|&c| !is_invisible(c));
            // Marks on a tatweel stand behind each other now.
            if self.chars.len() < all {
                self.chars = fold(self.chars.iter().copied()).collect();
            }
        }
        length
    }
}

/// NFKC, default case folding, NFKC: the canonical form of one cluster.
fn fold(chars: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    chars.nfkc().default_case_fold().nfkc().map(unify_arabic)
}

/// True where NFKC may join `c` with what stands before it.
pub(crate) fn continues_cluster(c: char) -> bool {
    is_mark(c)
        || matches!(c,
            '\u{1160}'..='\u{11FF}'     // Hangul vowels and finals
            | '\u{D7B0}'..='\u{D7FF}'
            | '\u{FFA0}'..='\u{FFDC}'   // their half-width forms
            | '\u{FF9E}' | '\u{FF9F}'   // half-width kana voicing
            | '\u{FCF2}'..='\u{FCF4}'   // Arabic marks on a tatweel, of which the marks are left
            | '\u{FE71}' | '\u{FE77}' | '\u{FE79}' | '\u{FE7B}' | '\u{FE7D}' | '\u{FE7F}')
}

/// True for what words are made of.
pub(crate) fn is_of_word(c: char) -> bool {
    is_mark(c) || c.is_alphanumeric()
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && is_combining_mark(c)
}

/// Characters that show nothing: removed and counted (Unicode
/// Default_Ignorable_Code_Point, the zero-width space and tatweel).
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{0640}'
        | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// One letter for the yehs, one for the kafs, ASCII for the digits.
fn unify_arabic(c: char) -> char {
    match c {
        '\u{0649}' | '\u{064A}' => '\u{06CC}',
        '\u{0643}' => '\u{06A9}',
        '\u{0660}'..='\u{0669}' => ascii_digit(c, '\u{0660}'),
        '\u{06F0}'..='\u{06F9}' => ascii_digit(c, '\u{06F0}'),
        other => other,
    }
}

fn ascii_digit(c: char, zero: char) -> char {
    char::from_digit(c as u32 - zero as u32, 10).unwrap_or(c)
}

/// Letters of scripts that are written without spaces between words.
pub(crate) fn is_spaceless(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}'         // Thai, Lao
        | '\u{1000}'..='\u{109F}' | '\u{A9E0}'..='\u{A9FF}' | '\u{AA60}'..='\u{AA7F}' // Myanmar
        | '\u{1780}'..='\u{17FF}'       // Khmer
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3040}'..='\u{312F}' | '\u{31F0}'..='\u{31FF}' | '\u{1B000}'..='\u{1B16F}' // Kana, Bopomofo
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' // Han
    ) && (c >= '\u{3000}' || !c.is_numeric())
}

/// True for a word of a script that is written without spaces.
pub(crate) fn starts_spaceless(word: &str) -> bool {
    word.chars().next().is_some_and(is_spaceless)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The obviously right twin: whole text at once, no map to the original.
    fn naive(text: &str) -> String {
        let visible = text.chars().filter(|&c| !is_invisible(c)).map(unify_arabic);
        let folded: Vec<char> = visible
            .nfkc()
            .default_case_fold()
            .nfkc()
            .map(unify_arabic)
            .filter(|&c| !is_invisible(c))
            // Marks on a tatweel stand behind each other now.
            .nfkc()
            .collect();
        let mut words: Vec<String> = Vec::new();
        let mut open = false;
        for c in folded {
            if is_mark(c) && open {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            } else if is_mark(c) || c.is_alphanumeric() {
                let alone = is_spaceless(c) || words.last().is_some_and(|w| starts_spaceless(w));
                match words.last_mut() {
                    Some(word) if open && !alone => word.push(c),
                    _ => words.push(c.to_string()),
                }
                open = true;
            } else {
                open = false;
            }
        }
        words.join(" ")
    }

    #[test]
    fn one_word_however_it_is_typed() {
        for (left, right) in [
            ("don’t", "don't"),
            ("co\u{AD}operate", "cooperate"),
            ("cafe\u{301}", "café"),
            ("STRASSE", "straße"),
            ("ﬁre", "FIRE"),
            ("كتابي", "کتابی"),
            ("۱۲۳", "123"),
            ("کتـــاب", "کتاب"),
            ("\u{59d}\u{65c}\u{fe79}", "\u{59d}\u{64f}\u{65c}"),
            ("می\u{200C}رود", "میرود"),
            ("ｶﾞ", "ガ"),
            ("a\u{A0}b", "a b"),
            ("Ⅳ", "iv"),
        ] {
            assert_eq!(normalise(left).canonical(), normalise(right).canonical());
        }
    }

    #[test]
    fn scripts_without_spaces_give_a_token_a_letter() {
        assert_eq!(normalise("水位下降，abc").canonical(), "水 位 下 降 abc");
        assert_eq!(normalise("น้ำท่วม 2031").len(), 5 + 1);
        assert_eq!(normalise("물가 상승").canonical(), "물가 상승");
    }

    #[test]
    fn text_without_letters_is_empty() {
        assert!(normalise("").is_empty());
        assert!(normalise(" … — 🙂 \u{200B}").is_empty());
        assert_eq!(normalise("\u{200B}").removed(), 1);
    }

    #[test]
    fn a_character_of_several_words_keeps_ranges_apart() {
        let text = normalise("½ cup");
        assert_eq!(text.canonical(), "1 2 cup");
        let ranges: Vec<_> = text.tokens().iter().map(|t| (t.start, t.end)).collect();
        assert_eq!(ranges, [(0, 2), (2, 2), (3, 6)]);
    }

    #[test]
    fn every_character_agrees_with_the_twin_and_is_stable() {
        for c in '\0'..=char::MAX {
            let text = format!("a{c}b {c}");
            let once = normalise(&text);
            assert_eq!(once.canonical(), naive(&text), "U+{:04X}", c as u32);
            let twice = normalise(once.canonical());
            assert_eq!(once.canonical(), twice.canonical(), "U+{:04X}", c as u32);
        }
    }

    fn words_of_the_world() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-zA-Z0-9 .,'-]{0,6}",
            "[à-ÿĀ-ſ\u{300}-\u{310}]{0,4}",
            "[\u{600}-\u{6FF}\u{200B}-\u{200F}]{0,4}",
            "[\u{900}-\u{97F}]{0,4}",
            "[\u{E01}-\u{E5B}]{0,4}",
            "[\u{1100}-\u{11FF}]{0,4}",
            "[\u{3040}-\u{30FF}一-三\u{FF61}-\u{FFDC}]{0,4}",
            "\\PC{0,3}",
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn agrees_with_the_twin(text in words_of_the_world()) {
            let fast = normalise(&text);
            prop_assert_eq!(fast.canonical(), naive(&text));
        }

        #[test]
        fn is_idempotent(text in words_of_the_world()) {
            let once = normalise(&text);
            let twice = normalise(once.canonical());
            prop_assert_eq!(once.canonical(), twice.canonical());
        }

        #[test]
        fn ranges_are_ordered_slices(text in words_of_the_world()) {
            let mut last = 0;
            for token in normalise(&text).tokens() {
                prop_assert!(last <= token.start && token.start <= token.end);
                prop_assert!(text.get(token.start as usize..token.end as usize).is_some());
                last = token.end;
            }
        }
    }
}
