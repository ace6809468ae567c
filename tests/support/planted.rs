//! Articles and edited copies of them, with the truth of what was edited.
//!
//! An article is a headline and paragraphs of sentences in one of several
//! languages, all made up. A copy goes through operators (a sentence left out, a
//! paragraph moved, furniture added); both are then set in a wrapping of their own.

use wirecopy::normalise::normalise;
use wirecopy::segment::{Unit, segment};

use super::dice::Dice;
use super::languages::Language;

impl Language {
    /// A sentence of 9 to 28 words; one in four has a figure, one in eight a quotation.
    pub fn sentence(&self, dice: &mut Dice) -> Sentence {
        let mut words: Vec<String> = (0..9 + dice.roll(20)).map(|_| self.word(dice)).collect();
        let last = words.len() - 1;
        words[last] = self.content_word(dice);
        if dice.roll(4) == 0 {
            let at = 1 + dice.roll(words.len() - 2);
            words[at] = self.figure(dice);
        }
        if dice.roll(2) == 0 {
            let at = 3 + dice.roll(words.len() - 6);
            words[at] += self.comma;
        }
        if dice.roll(8) == 0 {
            words[0].insert_str(0, self.quotes[0]);
            let at = words.len() - 3;
            words[at] += self.quotes[1];
        }
        Sentence::new(words)
    }

    fn headline(&self, dice: &mut Dice) -> Sentence {
        let mut words: Vec<String> = (0..5 + dice.roll(4)).map(|_| self.word(dice)).collect();
        words.push(self.content_word(dice));
        let mut headline = Sentence::new(words);
        headline.is_line = true;
        headline
    }

    fn line(&self, text: &str) -> Sentence {
        let mut line = Sentence::new(text.split(' ').map(str::to_string).collect());
        line.is_line = true;
        line
    }

    /// The sentence as it is set: capital, words, end.
    fn set(&self, sentence: &Sentence) -> String {
        if sentence.is_line || sentence.is_set {
            return sentence.words.join(self.space);
        }
        let text = sentence.words.join(self.space);
        // A quotation keeps its capital behind the mark.
        let at = text.find(char::is_alphabetic).unwrap_or(0);
        let (before, rest) = text.split_at(at);
        let mut letters = rest.chars();
        let first: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        format!("{before}{first}{}{}", letters.as_str(), self.end)
    }
}

/// What became of a sentence on the way from the article to the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fate {
    Same,
    Added,
    Edited,
    Moved,
}

/// A sentence, or a line that is none, with where it comes from.
#[derive(Clone, Debug)]
pub struct Sentence {
    pub words: Vec<String>,
    /// Index in the article; none for what the copy added.
    pub origin: Option<usize>,
    pub fate: Fate,
    /// For each word whether the other text has it there.
    pub kept: Vec<bool>,
    /// Stands on a line of its own and has no end.
    pub is_line: bool,
    /// Its words have their capital and their end already.
    pub is_set: bool,
}

impl Sentence {
    pub fn new(words: Vec<String>) -> Self {
        let kept = vec![true; words.len()];
        Sentence {
            words,
            origin: None,
            fate: Fate::Same,
            kept,
            is_line: false,
            is_set: false,
        }
    }
}

pub type Paragraphs = Vec<Vec<Sentence>>;

/// An article and a copy of it with the truth.
pub struct Pair {
    pub article: Paragraphs,
    pub copy: Paragraphs,
    /// By sentence of the article, for each word whether the copy has it.
    pub kept_of_article: Vec<Vec<bool>>,
}

/// What an operator does to the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Drop,
    Add,
    EditWords,
    EditFigure,
    MoveParagraph,
    MoveAndEdit,
    Headline,
    Furniture,
    Credit,
    /// Left aside while the rules were made.
    Shorten,
}

/// All but the one that was left aside.
pub const OPERATORS: &[Operator] = &[
    Operator::Drop,
    Operator::Add,
    Operator::EditWords,
    Operator::EditFigure,
    Operator::MoveParagraph,
    Operator::MoveAndEdit,
    Operator::Headline,
    Operator::Furniture,
    Operator::Credit,
];

/// An article of a headline and six to twelve paragraphs.
pub fn article(language: &Language, dice: &mut Dice) -> Paragraphs {
    let mut paragraphs = vec![vec![language.headline(dice)]];
    for _ in 0..6 + dice.roll(7) {
        paragraphs.push(
            (0..1 + dice.roll(4))
                .map(|_| language.sentence(dice))
                .collect(),
        );
    }
    paragraphs
}

/// A real text as an article: its units are sentences, three a paragraph.
pub fn real(text: &str) -> Paragraphs {
    let units = segment(text, &normalise(text));
    let sentence = |unit: &Unit| {
        let words = text[unit.start..unit.end].split_whitespace();
        let mut sentence = Sentence::new(words.map(str::to_string).collect());
        sentence.is_set = true;
        sentence
    };
    let sentences: Vec<Sentence> = units.iter().map(sentence).collect();
    let (headline, rest) = sentences.split_at(sentences.len().min(1));
    let mut paragraphs = vec![headline.to_vec()];
    // A paragraph of one sentence now and then, as papers have them.
    for (at, sentences) in rest.chunks(4).enumerate() {
        let (first, others) = sentences.split_at((1 + at % 3).min(sentences.len()));
        paragraphs.extend([first.to_vec(), others.to_vec()]);
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

impl Pair {
    /// The copy is the article until an operator changes it.
    pub fn new(mut article: Paragraphs) -> Self {
        for (index, sentence) in article.iter_mut().flatten().enumerate() {
            sentence.origin = Some(index);
        }
        let kept_of_article = article.iter().flatten().map(|s| s.kept.clone()).collect();
        Pair {
            copy: article.clone(),
            article,
            kept_of_article,
        }
    }

    /// A sentence of the copy that nothing happened to, by paragraph and place.
    fn untouched(&self, dice: &mut Dice) -> Option<(usize, usize)> {
        let all: Vec<(usize, usize)> = (1..self.copy.len())
            .flat_map(|p| (0..self.copy[p].len()).map(move |s| (p, s)))
            .filter(|&(p, s)| {
                let sentence = &self.copy[p][s];
                sentence.fate == Fate::Same && !sentence.is_line
            })
            .collect();
        (!all.is_empty()).then(|| *dice.pick(&all))
    }

    pub fn apply(&mut self, operator: Operator, language: &Language, dice: &mut Dice) {
        match operator {
            Operator::Drop => self.drop_sentence(dice),
            Operator::Add => {
                let mut sentence = language.sentence(dice);
                sentence.fate = Fate::Added;
                let paragraph = 1 + dice.roll(self.copy.len() - 1);
                let at = dice.roll(self.copy[paragraph].len() + 1);
                self.copy[paragraph].insert(at, sentence);
            }
            Operator::EditWords => {
                if let Some((p, s)) = self.untouched(dice) {
                    // Not so many of a short one that little of it is left.
                    let most = (self.copy[p][s].words.len() / 3).clamp(1, 3);
                    for _ in 0..1 + dice.roll(most) {
                        self.edit_word(p, s, language, dice);
                    }
                }
            }
            Operator::EditFigure => {
                if let Some((p, s)) = self.untouched(dice) {
                    let digit = |word: &String| word.chars().all(|c| language.digits.contains(c));
                    if let Some(at) = self.copy[p][s].words.iter().position(digit) {
                        let figure = language.figure(dice);
                        self.put_word(p, s, at, figure);
                    }
                }
            }
            Operator::MoveParagraph => drop(self.move_paragraph(dice)),
            Operator::MoveAndEdit => {
                if let Some(at) = self.move_paragraph(dice) {
                    let s = dice.roll(self.copy[at].len());
                    self.edit_word(at, s, language, dice);
                    self.copy[at][s].fate = Fate::Moved;
                }
            }
            Operator::Headline => {
                if self.copy[0][0].fate == Fate::Same {
                    self.forget(self.copy[0][0].origin);
                    self.copy[0][0] = language.headline(dice);
                    self.copy[0][0].fate = Fate::Added;
                }
            }
            Operator::Furniture => {
                let text: &str = dice.pick::<&str>(language.furniture);
                let mut line = language.line(text);
                line.fate = Fate::Added;
                let at = 1 + dice.roll(self.copy.len());
                self.copy.insert(at, vec![line]);
            }
            Operator::Credit => {
                let mut line = language.line(language.credit);
                line.fate = Fate::Added;
                self.copy.push(vec![line]);
            }
            Operator::Shorten => self.shorten(dice),
        }
    }

    /// No word of a sentence of the article is in the copy any more.
    fn forget(&mut self, origin: Option<usize>) {
        if let Some(origin) = origin {
            self.kept_of_article[origin].fill(false);
        }
    }

    fn drop_sentence(&mut self, dice: &mut Dice) {
        if let Some((p, s)) = self.untouched(dice) {
            let sentence = self.copy[p].remove(s);
            self.forget(sentence.origin);
            if self.copy[p].is_empty() {
                self.copy.remove(p);
            }
        }
    }

    /// Puts another word in the place of one; punctuation on it goes with it.
    fn put_word(&mut self, p: usize, s: usize, at: usize, word: String) {
        let sentence = &mut self.copy[p][s];
        if let Some(origin) = sentence.origin {
            self.kept_of_article[origin][at] = false;
        }
        sentence.words[at] = word;
        sentence.kept[at] = false;
        sentence.fate = Fate::Edited;
    }

    fn edit_word(&mut self, p: usize, s: usize, language: &Language, dice: &mut Dice) {
        // The capital and the end of a set sentence are part of its words, and make it one.
        let words = self.copy[p][s].words.len();
        let at = match self.copy[p][s].is_set {
            true if words < 3 => return,
            true => 1 + dice.roll(words - 2),
            false => dice.roll(words),
        };
        let old = self.copy[p][s].words[at].clone();
        let mut word = language.content_word(dice);
        while old.to_lowercase().contains(&word.to_lowercase()) {
            word = language.content_word(dice) + language.syllables[0];
        }
        self.put_word(p, s, at, word);
    }

    /// Carries an untouched paragraph past others that hold more words than it:
    /// of two passages that change places, the shorter is the one that moved. One
    /// a copy, as several together may be told in other ways.
    fn move_paragraph(&mut self, dice: &mut Dice) -> Option<usize> {
        let words = |paragraph: &Vec<Sentence>| -> usize {
            paragraph.iter().map(|sentence| sentence.words.len()).sum()
        };
        let whole = |p: &usize| {
            let still = |s: &Sentence| s.fate == Fate::Same && !s.is_line;
            self.copy[*p].iter().all(still) && words(&self.copy[*p]) > 5
        };
        let from: Vec<usize> = (1..self.copy.len()).filter(whole).collect();
        let has_moved = self.copy.iter().flatten().any(|s| s.fate == Fate::Moved);
        if from.is_empty() || has_moved {
            return None;
        }
        let from = *dice.pick(&from);
        let least = 2 * words(&self.copy[from]);
        let mut paragraph = self.copy.remove(from);
        let passed = |to: usize| -> usize {
            let between = &self.copy[from.min(to)..from.max(to)];
            between.iter().map(words).sum()
        };
        let to: Vec<usize> = (1..=self.copy.len())
            .filter(|&to| passed(to) > least)
            .collect();
        let to = if to.is_empty() { from } else { *dice.pick(&to) };
        if to != from {
            for sentence in &mut paragraph {
                sentence.fate = Fate::Moved;
            }
        }
        self.copy.insert(to, paragraph);
        (to != from).then_some(to)
    }

    /// A sentence loses its last third.
    fn shorten(&mut self, dice: &mut Dice) {
        if let Some((p, s)) = self.untouched(dice) {
            let sentence = &mut self.copy[p][s];
            let left = sentence.words.len() * 2 / 3;
            sentence.words.truncate(left);
            sentence.kept.truncate(left);
            sentence.fate = Fate::Edited;
            if let Some(origin) = sentence.origin {
                self.kept_of_article[origin][left..].fill(false);
            }
        }
    }
}

/// How a text is set in lines.
pub const WRAPPINGS: usize = 5;

/// Sets paragraphs in one of [`WRAPPINGS`] ways.
pub fn set(paragraphs: &Paragraphs, language: &Language, wrapping: usize) -> String {
    let set: Vec<String> = paragraphs
        .iter()
        .map(|p| {
            p.iter()
                .map(|s| language.set(s))
                .collect::<Vec<_>>()
                .join(language.space)
        })
        .collect();
    match wrapping {
        0 => set.join("\n"),
        1 => set.join("\n\n"),
        2 => set
            .iter()
            .map(|p| wrapped(p, 72, language))
            .collect::<Vec<_>>()
            .join("\n\n"),
        3 => set
            .iter()
            .map(|p| wrapped(p, 48, language))
            .collect::<Vec<_>>()
            .join("\r\n\r\n")
            .replace(['“', '”'], "\""),
        _ => paragraphs
            .iter()
            .map(|p| {
                p.iter()
                    .map(|s| language.set(s))
                    .collect::<Vec<_>>()
                    .join("\n")
            })
            .collect::<Vec<_>>()
            .join("\n\n"),
    }
}

/// Breaks lines at white space, greedily; without white space at any letter.
fn wrapped(paragraph: &str, width: usize, language: &Language) -> String {
    if language.space.is_empty() {
        // At any letter, but no line end parts a figure.
        let mut lines = vec![String::new()];
        for c in paragraph.chars() {
            let line = lines.last_mut().unwrap();
            let within = c.is_numeric() && line.ends_with(char::is_numeric);
            if line.chars().count() * 2 >= width && !within {
                lines.push(String::new());
            }
            lines.last_mut().unwrap().push(c);
        }
        return lines.join("\n");
    }
    let mut lines: Vec<String> = Vec::new();
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines.join("\n")
}
